import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from './api-client.ts';
import { useSession } from './session.tsx';

export interface Resource<Data> {
  /** The last good answer for this key; stays while a newer one is fetched. */
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface Settled<Data> {
  readonly key: string;
  readonly data: Data | undefined;
  readonly error: ApiError | undefined;
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('unknown', 0, String(error));
}

/**
 * What `load` answers, loaded again whenever `key` changes. `key` must name everything that `load` depends on.
 * An answer "sign in first" ends the session instead of being shown by each part of the page.
 */
export function useResource<Data>(
  key: string,
  load: (signal: AbortSignal) => Promise<Data>,
): Resource<Data> {
  const [settled, setSettled] = useState<Settled<Data>>();
  const [attempt, setAttempt] = useState(0);
  const { expired } = useSession();
  const latestLoad = useRef(load);
  useEffect(() => {
    latestLoad.current = load;
  });

  useEffect(() => {
    const abort = new AbortController();
    const run = async (): Promise<void> => {
      try {
        const data = await latestLoad.current(abort.signal);
        if (!abort.signal.aborted) setSettled({ key, data, error: undefined });
      } catch (caught) {
        if (abort.signal.aborted) return;
        const error = asApiError(caught);
        if (error.code === 'unauthenticated') expired();
        setSettled((before) => ({
          key,
          data: before?.key === key ? before.data : undefined,
          error,
        }));
      }
    };
    void run();
    return () => abort.abort();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- key names what load depends on, attempt asks again
  }, [key, attempt, expired]);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const current = settled?.key === key ? settled : undefined;
  return {
    data: current?.data,
    error: current?.error,
    loading: current === undefined,
    reload,
  };
}
