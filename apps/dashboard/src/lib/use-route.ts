import { useMemo, useSyncExternalStore } from 'react';
import { parseRoute, type Route } from './routing.ts';

function subscribe(changed: () => void): () => void {
  globalThis.addEventListener('hashchange', changed);
  return () => globalThis.removeEventListener('hashchange', changed);
}

/** The current route; changes with the URL. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => globalThis.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes to a fragment without a new entry in the browser's history: for filters and chart ranges. */
export function replaceHash(hash: string): void {
  globalThis.history.replaceState(null, '', hash);
  globalThis.dispatchEvent(new HashChangeEvent('hashchange'));
}
