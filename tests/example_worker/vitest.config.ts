import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    cloudflareTest({
      main: "./src/session.ts",
      miniflare: {
        compatibilityDate: "2026-06-01",
        durableObjects: { SESSIONS: { className: "Session", useSQLite: true } },
        bindings: { LASTCHUNK_TIME: process.env.LASTCHUNK_TIME ?? "" },
      },
    }),
  ],
  // The kit's own limit is a timer of the runtime: it would be over with the first ten minutes.
  test: { testTimeout: 0 },
});
