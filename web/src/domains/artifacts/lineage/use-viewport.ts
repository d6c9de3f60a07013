import { type PointerEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { type Size, type View, zoomAt } from "./viewport";

const WHEEL_STEP = 0.0016;
// a press that moves less than this is a click
const SLACK_PX = 4;

/** Moves and scales a plane: dragging and two fingers move it, the wheel with Ctrl or ⌘ and a pinch scale it. */
export function useViewport(frame: RefObject<HTMLElement | null>) {
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const [size, setSize] = useState<Size | null>(null);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const dragged = useRef(false);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // React's own wheel listener may not keep the page from scrolling
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const at = pointIn(element, event);
      setView((now) =>
        event.ctrlKey || event.metaKey
          ? zoomAt(now, Math.exp(-event.deltaY * WHEEL_STEP * 4), at)
          : { ...now, x: now.x - event.deltaX, y: now.y - event.deltaY },
      );
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, [frame]);

  const onPointerDown = useCallback((event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    fingers.current.set(event.pointerId, pointIn(event.currentTarget, event));
    if (fingers.current.size === 1) dragged.current = false;
  }, []);

  const onPointerMove = useCallback((event: PointerEvent<HTMLElement>) => {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const now = pointIn(event.currentTarget, event);
    const moved = Math.hypot(now.x - before.x, now.y - before.y);
    if (!dragged.current) {
      if (moved < SLACK_PX) return;
      dragged.current = true;
      // from here on the plane hears of it, wherever the pointer goes
      event.currentTarget.setPointerCapture(event.pointerId);
    }
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, now);
    setView((view) => {
      if (!other) return { ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y };
      const [wide, was] = [now, before].map((one) => Math.hypot(one.x - other.x, one.y - other.y)) as [number, number];
      return zoomAt(view, was > 0 ? wide / was : 1, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    });
  }, []);

  const onPointerEnd = useCallback((event: PointerEvent<HTMLElement>) => {
    fingers.current.delete(event.pointerId);
  }, []);

  /** A drag that ends on a link has not clicked it. */
  const onClickCapture = useCallback((event: { preventDefault: () => void; stopPropagation: () => void }) => {
    if (!dragged.current) return;
    dragged.current = false;
    event.preventDefault();
    event.stopPropagation();
  }, []);

  return {
    view,
    setView,
    size,
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp: onPointerEnd,
      onPointerCancel: onPointerEnd,
      onClickCapture,
    },
  };
}

function pointIn(element: HTMLElement, { clientX, clientY }: { clientX: number; clientY: number }) {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}
