// The door between the player and the objects: /do/<class>/<procedure>/..., and a few of its own.
import * as designs from "../src/designs";
import { route } from "../src/router";
import * as trials from "./trials";
import { LOG, SPOILED, watch } from "./watch";

type Door = {
  watchedPeek(): Promise<object>;
  watchedTakeAlarm(): Promise<void>;
  watchedReset(): Promise<void>;
};

/** What the player does to an object that no client can. */
const DOORS: Record<string, (object: Door, name: string) => Promise<unknown>> = {
  peek: (object) => object.watchedPeek(),
  takeAlarm: (object) => object.watchedTakeAlarm(),
  reset: (object) => object.watchedReset(),
  spoil: async (_, name) => void SPOILED.set(name, "counted"),
  spoil_uncounted: async (_, name) => void SPOILED.set(name, "uncounted"),
  lose_end: async (_, name) => void SPOILED.set(name, "lost"),
};

export const ManualDesign = watch(designs.ManualDesign);
export const AlarmDesign = watch(designs.AlarmDesign);
export const OutboxDesign = watch(designs.OutboxDesign);
export const ShortGraceDesign = watch(designs.ShortGraceDesign);
export const ReReadDesign = watch(designs.ReReadDesign);
export const LeaseDesign = watch(designs.LeaseDesign);
export const ManifestDesign = watch(designs.ManifestDesign);
export const LazyAlarmDesign = watch(designs.LazyAlarmDesign);
export const Throws = watch(trials.Throws);
export const SetsThenThrows = watch(trials.SetsThenThrows);
export const SetsToNow = watch(trials.SetsToNow);
export const DeletesThenThrows = watch(trials.DeletesThenThrows);
export const SetsToThePast = watch(trials.SetsToThePast);
export const LooksAtItsAlarm = watch(trials.LooksAtItsAlarm);
export const NotesItsInfo = watch(trials.NotesItsInfo);
export const PutsBehindTheGate = watch(trials.PutsBehindTheGate);
export const TellsAtTheStop = watch(trials.TellsAtTheStop);
export const TellsInTheAlarm = watch(trials.TellsInTheAlarm);

export default {
  async fetch(request: Request, env: Record<string, any>): Promise<Response> {
    const url = new URL(request.url);
    const [, kind = "", namespace = "", ...rest] = url.pathname.split("/");
    const door = DOORS[kind];
    if (kind === "log") return Response.json(LOG.splice(0));
    try {
      if (door !== undefined) {
        const name = decodeURIComponent(rest[0] ?? "");
        const sessions = env[namespace];
        return Response.json((await door(sessions.get(sessions.idFromName(name)), name)) ?? null);
      }
      const inner = new Request(`${url.origin}/${rest.join("/")}${url.search}`, request);
      return await route(inner, env[namespace]);
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
