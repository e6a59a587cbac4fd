import type { SavedView } from '@verimeter/api-schema';
import { type FormEvent, useState } from 'react';
import { CheckField, TextField } from '../components/field.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ApiError, type Page, get, request } from '../lib/api-client.ts';
import { errorText } from '../lib/error-text.ts';
import { fleetParams } from '../lib/fleet-query.ts';
import { useSession } from '../lib/session.tsx';
import { asApiError, useResource } from '../lib/use-resource.ts';

const PAGE = 'fleet';

/** Filters and order under a name: own ones, and those somebody shares. */
export function SavedViews({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const { current } = useSession();
  const [isOpen, setOpen] = useState(false);
  const views = useResource(`saved views ${isOpen}`, async (signal) =>
    isOpen ? get<Page<SavedView>>('/saved-views', { page: PAGE }, signal) : undefined,
  );
  const [error, setError] = useState<ApiError>();
  const mayShare = current.state === 'signed-in' && current.session.role !== 'viewer';
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    setError(undefined);
    try {
      await work();
      views.reload();
      return true;
    } catch (caught) {
      setError(asApiError(caught));
      return false;
    }
  };
  const items = views.data?.items ?? [];
  return (
    <details className="saved-views" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.fleet.views}</summary>
      <div className="card">
        {views.data !== undefined && items.length === 0 && (
          <p className="hint">{t.fleet.viewsEmpty}</p>
        )}
        <ul>
          {items.map((view) => (
            <li key={view.id}>
              <a href={`#/fleet?${view.query}`}>{view.name}</a>
              {view.shared && <span className="hint">{t.fleet.viewShared}</span>}
              {(view.own || (view.shared && mayShare)) && (
                <button
                  type="button"
                  className="quiet"
                  aria-label={t.fleet.viewRemove(view.name)}
                  onClick={() => void attempt(() => request('DELETE', `/saved-views/${view.id}`))}
                >
                  {t.fleet.viewRemoveShort}
                </button>
              )}
            </li>
          ))}
        </ul>
        <SaveForm
          mayShare={mayShare}
          problem={
            error === undefined
              ? undefined
              : error.code === 'conflict'
                ? t.fleet.viewTaken
                : errorText(error, t)
          }
          onSave={(name, shared) =>
            attempt(() =>
              request('POST', '/saved-views', {
                body: {
                  page: PAGE,
                  name,
                  shared,
                  query: new URLSearchParams(fleetParams(params)).toString(),
                },
              }),
            )
          }
        />
      </div>
    </details>
  );
}

interface SaveFormProps {
  readonly mayShare: boolean;
  readonly problem: string | undefined;
  /** Whether it was saved. */
  readonly onSave: (name: string, shared: boolean) => Promise<boolean>;
}

function SaveForm({ mayShare, problem, onSave }: SaveFormProps) {
  const { t } = useText();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await onSave(name.trim(), shared)) setName('');
  };
  return (
    <form aria-label={t.fleet.viewSave} onSubmit={(event) => void save(event)}>
      <TextField
        label={t.fleet.viewName}
        value={name}
        required
        problems={problem === undefined ? [] : [problem]}
        onChange={setName}
      />
      {mayShare && <CheckField label={t.fleet.viewShare} value={shared} onChange={setShared} />}
      <button type="submit">{t.fleet.viewSave}</button>
    </form>
  );
}
