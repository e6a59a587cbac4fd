import { useSyncExternalStore } from 'react';

const query = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

function subscribe(changed: () => void): () => void {
  query?.addEventListener('change', changed);
  return () => query?.removeEventListener('change', changed);
}

/** Whether the reader prefers dark colours. A canvas cannot follow CSS variables by itself. */
export function useDarkTheme(): boolean {
  return useSyncExternalStore(subscribe, () => query?.matches ?? false);
}
