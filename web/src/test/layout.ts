/** Gives the test document a size, so that lists which show only what is on the screen show something. */
import { vi } from "vitest";

class QuietObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
class QuietSource extends EventTarget {
  static readonly CONNECTING = 0;
  close(): void {}
}

/** Call before each test of a page with virtual lists. Live updates stay silent. */
export function layOut(): void {
  vi.stubGlobal("ResizeObserver", QuietObserver);
  vi.stubGlobal("EventSource", QuietSource);
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1200);
  HTMLElement.prototype.scrollTo = () => undefined;
}
