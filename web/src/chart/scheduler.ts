/** The one loop that draws. Whoever has something new to show asks here; nobody else calls requestAnimationFrame. */

export interface Drawing {
  draw(): void;
  /** smaller is sooner; distance from the pointer in pixels, say */
  urgency?(): number;
}

// half a frame at 60 Hz: the rest belongs to input and layout
const FRAME_BUDGET_MS = 8;

type NextFrame = (run: () => void) => void;

/** Draws each asked drawing once per frame, the most urgent first, and carries over what does not fit the budget. */
export class FrameScheduler {
  private readonly dirty = new Set<Drawing>();
  private armed = false;

  constructor(
    private readonly nextFrame: NextFrame = (run) => requestAnimationFrame(run),
    private readonly now: () => number = () => performance.now(),
  ) {}

  request(drawing: Drawing): void {
    this.dirty.add(drawing);
    this.arm();
  }

  cancel(drawing: Drawing): void {
    this.dirty.delete(drawing);
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    this.nextFrame(this.run);
  }

  private readonly run = (): void => {
    this.armed = false;
    const started = this.now();
    const queue = [...this.dirty]
      .map((drawing) => ({ drawing, urgency: drawing.urgency?.() ?? 0 }))
      .sort((a, b) => a.urgency - b.urgency);
    for (const { drawing } of queue) {
      this.dirty.delete(drawing);
      drawing.draw();
      if (this.now() - started > FRAME_BUDGET_MS) break;
    }
    if (this.dirty.size > 0) this.arm();
  };
}

export const frames = new FrameScheduler();

/** Where the pointer was last seen, in client pixels, for drawings that want to be nearest first. */
export const pointer = { x: 0, y: 0 };
if (typeof document !== "undefined") {
  document.addEventListener(
    "pointermove",
    (event) => {
      pointer.x = event.clientX;
      pointer.y = event.clientY;
    },
    { passive: true, capture: true },
  );
}

/** Distance of a rectangle's middle from the pointer; what is off the screen comes last. */
export function urgencyOf(rect: DOMRect): number {
  const distance = Math.hypot(rect.x + rect.width / 2 - pointer.x, rect.y + rect.height / 2 - pointer.y);
  const onScreen = rect.bottom > 0 && rect.top < innerHeight;
  return onScreen ? distance : distance + 1e6;
}
