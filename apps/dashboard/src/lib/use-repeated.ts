import { useEffect, useRef } from 'react';

/** Calls `action` again and again, so many seconds apart, for as long as there is such a number. */
export function useRepeated(seconds: number | undefined, action: () => void): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    if (seconds === undefined) return undefined;
    const timer = setInterval(() => latest.current(), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
}
