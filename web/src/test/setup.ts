/** Runs before every test file: an English catalogue, and a clean document after each test. */
import "@/strings";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// the test document can neither draw, scroll nor match media; what draws takes null for "no canvas here"
HTMLCanvasElement.prototype.getContext = () => null;
window.scrollTo = () => undefined;
window.matchMedia ??= (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList;

// generous: a test waits for what must come, not for how fast it comes
configure({ asyncUtilTimeout: 15_000 });
afterEach(cleanup);
