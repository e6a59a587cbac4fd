import type { Session } from '@verimeter/api-schema';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { ApiError, request } from './api-client.ts';
import { signInKey } from './routing.ts';
import { replaceHash } from './use-route.ts';

type SessionState =
  | { readonly state: 'checking' }
  | { readonly state: 'signed-out'; readonly error: ApiError | undefined }
  | { readonly state: 'signed-in'; readonly session: Session };

interface SessionControl {
  readonly current: SessionState;
  readonly signIn: (key: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** The API no longer knows this session. */
  readonly expired: () => void;
}

const Context = createContext<SessionControl | undefined>(undefined);

/** The key of a sign-in link, taken out of the URL so that it is neither kept in the history nor shared by accident. */
function takeKeyFromUrl(): string | undefined {
  const key = signInKey(globalThis.location.hash);
  if (key !== undefined) replaceHash('#/');
  return key;
}

const toError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('unknown', 0, String(error));

async function establish(key: string | undefined): Promise<SessionState> {
  try {
    const session =
      key === undefined
        ? await request<Session>('GET', '/session')
        : await request<Session>('POST', '/session', { body: { key } });
    return { state: 'signed-in', session };
  } catch (caught) {
    const error = toError(caught);
    // No session yet is where everybody starts; a refused key is worth a word.
    const silent = key === undefined && error.code === 'unauthenticated';
    return { state: 'signed-out', error: silent ? undefined : error };
  }
}

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [current, setCurrent] = useState<SessionState>({ state: 'checking' });

  useEffect(() => {
    const enter = async (key: string | undefined): Promise<void> =>
      setCurrent(await establish(key));
    void enter(takeKeyFromUrl());
    // A sign-in link opened in a tab that is already here changes the fragment only.
    const followLink = (): void => {
      const key = takeKeyFromUrl();
      if (key !== undefined) void enter(key);
    };
    globalThis.addEventListener('hashchange', followLink);
    return () => globalThis.removeEventListener('hashchange', followLink);
  }, []);

  const signIn = useCallback(async (key: string) => setCurrent(await establish(key)), []);
  const signOut = useCallback(async () => {
    try {
      await request('DELETE', '/session');
      setCurrent({ state: 'signed-out', error: undefined });
    } catch (caught) {
      const error = toError(caught);
      // Out only when the server says so: the cookie is HttpOnly and cannot be dropped from here.
      if (error.code === 'unauthenticated') setCurrent({ state: 'signed-out', error: undefined });
      else throw error;
    }
  }, []);
  const expired = useCallback(
    () =>
      setCurrent({
        state: 'signed-out',
        error: new ApiError('unauthenticated', 401, ''),
      }),
    [],
  );
  const control = useMemo(
    () => ({ current, signIn, signOut, expired }),
    [current, signIn, signOut, expired],
  );
  return <Context value={control}>{children}</Context>;
}

export function useSession(): SessionControl {
  const control = use(Context);
  if (control === undefined) throw new Error('useSession needs a SessionProvider');
  return control;
}
