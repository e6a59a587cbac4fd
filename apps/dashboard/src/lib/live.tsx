import type { LiveReading } from '@verimeter/api-schema';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { requestPath } from './api-client.ts';

export type LiveState = 'connecting' | 'live' | 'interrupted';

interface EventBodies {
  readonly reading: LiveReading;
  readonly finding: {
    readonly id?: number;
    readonly device_id?: string | null;
    readonly group_id?: string | null;
  };
  readonly quarantine: { readonly device_id?: string | null };
}
type EventName = keyof EventBodies;
const EVENT_NAMES: readonly EventName[] = ['reading', 'finding', 'quarantine'];

type Listener = (name: EventName, body: unknown) => void;

interface Live {
  readonly state: LiveState;
  readonly subscribe: (listener: Listener) => () => void;
}

const Context = createContext<Live | undefined>(undefined);

/**
 * One event stream for the whole page: browsers allow six connections per host, so no part opens its own.
 * EventSource comes back by itself and sends Last-Event-ID; it gives up only when the answer is not a stream.
 */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<LiveState>('connecting');
  const listeners = useRef(new Set<Listener>());

  useEffect(() => {
    let source: EventSource;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const connect = (): void => {
      source = new EventSource(requestPath('/events'));
      source.addEventListener('open', () => setState('live'));
      source.addEventListener('error', () => {
        setState('interrupted');
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, 10_000);
      });
      for (const name of EVENT_NAMES)
        source.addEventListener(name, (event: MessageEvent<string>) => {
          const body: unknown = JSON.parse(event.data);
          for (const listener of listeners.current) listener(name, body);
        });
    };
    connect();
    return () => {
      source.close();
      clearTimeout(retry);
    };
  }, []);

  const subscribe = useCallback((listener: Listener) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }, []);
  const live = useMemo(() => ({ state, subscribe }), [state, subscribe]);
  return <Context value={live}>{children}</Context>;
}

function useLive(): Live {
  const live = use(Context);
  if (live === undefined) throw new Error('useLive needs a LiveProvider');
  return live;
}

export function useLiveState(): LiveState {
  return useLive().state;
}

/** Calls `handle` for each event of one kind. */
export function useLiveEvent<Name extends EventName>(
  name: Name,
  handle: (body: EventBodies[Name]) => void,
): void {
  const { subscribe } = useLive();
  const latest = useRef(handle);
  useEffect(() => {
    latest.current = handle;
  });
  useEffect(
    () =>
      subscribe((arrived, body) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the name decides the body, as the API documents
        if (arrived === name) latest.current(body as EventBodies[Name]);
      }),
    [subscribe, name],
  );
}

/** A function that runs `action` at most once per `milliseconds`, and once more after the last call. */
export function useThrottled(action: () => void, milliseconds: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, milliseconds);
  }, [milliseconds]);
}
