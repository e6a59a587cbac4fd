import { type RefObject, useEffect, useRef, useState } from 'react';

/** The width that an element has, in pixels, for drawings that are drawn and not stretched. */
export function useWidth<Element extends HTMLElement>(
  first = 800,
): readonly [RefObject<Element | null>, number] {
  const holder = useRef<Element>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const resize = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    resize.observe(element);
    return () => resize.disconnect();
  }, []);
  return [holder, width];
}
