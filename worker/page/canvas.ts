// The picture that is recorded: it moves, and it is noisy enough that the encoder needs its bit rate.
const FRAMES_A_SECOND = 15;
const BLOCK = 20;

/** A picture that is being drawn, until it is stopped. */
export interface Picture {
  stream: MediaStream;
  stop(): void;
}

/** Draw on the canvas. Timers go on in a tab that is not shown. */
export function drawOn(canvas: HTMLCanvasElement): Picture {
  const context = canvas.getContext("2d")!;
  const begunMs = performance.now();
  const draw = () => drawFrame(context, (performance.now() - begunMs) / 1000);
  draw();
  const timer = setInterval(draw, 1000 / FRAMES_A_SECOND);
  return { stream: canvas.captureStream(FRAMES_A_SECOND), stop: () => clearInterval(timer) };
}

function drawFrame(context: CanvasRenderingContext2D, seconds: number): void {
  const { width, height } = context.canvas;
  for (let x = 0; x < width; x += BLOCK) {
    for (let y = 0; y < height; y += BLOCK) {
      const light = 20 + 30 * Math.random();
      context.fillStyle = `hsl(${(seconds * 40 + x) % 360} 60% ${light}%)`;
      context.fillRect(x, y, BLOCK, BLOCK);
    }
  }
  context.fillStyle = "#fff";
  context.font = "bold 40px sans-serif";
  context.fillText(seconds.toFixed(1), 20, height / 2 + 14);
  context.fillRect(((seconds * 60) % (width + 40)) - 40, height - 24, 40, 12);
}
