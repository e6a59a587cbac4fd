import { type ReactNode, useEffect, useRef } from 'react';

/** The heading of what has just been opened: reading goes on there. Another `key` focuses it anew. */
export function FocusedHeading({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
