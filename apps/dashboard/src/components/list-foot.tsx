import { useText } from '../i18n/i18n.tsx';
import type { Page } from '../lib/api-client.ts';
import type { Pages } from '../lib/use-pages.ts';

/** How much of a list is shown, and the button for more where there is more. */
export function ListFoot({
  list,
}: {
  readonly list: Pick<Pages<unknown, Page<unknown>>, 'items' | 'hasMore' | 'loadMore'>;
}) {
  const { t, format } = useText();
  return (
    <div className="list-foot">
      <span>{t.common.shown(format.integer(list.items.length))}</span>
      {list.hasMore && (
        <button type="button" onClick={list.loadMore}>
          {t.common.loadMore}
        </button>
      )}
    </div>
  );
}
