import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type ApiError, get, type Page, type Query } from './api-client.ts';
import { useSession } from './session.tsx';
import { asApiError } from './use-resource.ts';

export interface Pages<Item, Answer extends Page<Item>> {
  readonly items: readonly Item[];
  /** The first page with whatever it carries besides items (totals). */
  readonly first: Answer | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

interface Loaded<Answer> {
  readonly key: string;
  readonly pages: readonly Answer[];
  readonly error: ApiError | undefined;
}

/**
 * A list of the API page by page. `reload` fetches anew as many pages as are shown and swaps them in at once, so that
 * a live update neither empties the table nor loses the reader's place.
 */
export function usePages<Item, Answer extends Page<Item> = Page<Item>>(
  path: string,
  query: Query,
  /** Of an answer that has words in it. */
  language = '',
): Pages<Item, Answer> {
  const key = `${path} ${JSON.stringify(query)} ${language}`;
  const [loaded, setLoaded] = useState<Loaded<Answer>>();
  const [wanted, setWanted] = useState({ key, pages: 1, attempt: 0 });
  const { expired } = useSession();
  const target = useMemo(
    () => (wanted.key === key ? wanted : { key, pages: 1, attempt: 0 }),
    [wanted, key],
  );
  const current = loaded?.key === key ? loaded : undefined;
  const have = useRef<Loaded<Answer> | undefined>(undefined);
  const attempted = useRef(-1);
  useEffect(() => {
    have.current = current;
  });

  useEffect(() => {
    const abort = new AbortController();
    const run = async (): Promise<void> => {
      const fresh = have.current === undefined || attempted.current !== target.attempt;
      const pages: Answer[] = fresh ? [] : [...(have.current?.pages ?? [])];
      try {
        while (pages.length < target.pages) {
          const cursor = pages.at(-1)?.next_cursor;
          if (cursor === null) break;
          const page = { ...query, cursor };
          pages.push(await get<Answer>(path, page, abort.signal));
        }
        attempted.current = target.attempt;
        if (!abort.signal.aborted) setLoaded({ key, pages, error: undefined });
      } catch (caught) {
        if (abort.signal.aborted) return;
        const error = asApiError(caught);
        if (error.code === 'unauthenticated') expired();
        setLoaded({ key, pages: have.current?.pages ?? [], error });
      }
    };
    void run();
    return () => abort.abort();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies, react-hooks/exhaustive-deps -- key names path and query
  }, [key, target.pages, target.attempt, expired]);

  const loadMore = useCallback(
    () => setWanted({ ...target, pages: (current?.pages.length ?? 0) + 1 }),
    [target, current],
  );
  const reload = useCallback(
    () =>
      setWanted({
        key,
        pages: Math.max(1, current?.pages.length ?? 1),
        attempt: target.attempt + 1,
      }),
    [key, current, target.attempt],
  );
  const pages = current?.pages ?? [];
  return {
    items: pages.flatMap((page) => page.items),
    first: pages[0],
    error: current?.error,
    loading:
      current === undefined ||
      (current.error === undefined &&
        pages.length < target.pages &&
        pages.at(-1)?.next_cursor !== null),
    hasMore: (pages.at(-1)?.next_cursor ?? null) !== null,
    loadMore,
    reload,
  };
}
