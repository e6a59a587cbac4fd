import type { Source } from '@verimeter/api-schema';
import { useRef, useState } from 'react';
import { Empty, Hinted, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { get, type Page } from '../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { href } from '../lib/routing.ts';
import { useSession } from '../lib/session.tsx';
import type { DialectEntry, SourceDraft } from '../lib/source-draft.ts';
import { useResource } from '../lib/use-resource.ts';
import { useMayWrite } from './quarantine-actions.tsx';
import { SourceForm } from './source-form.tsx';
import { SourceTable } from './source-table.tsx';
import { SourceTrial } from './source-trial.tsx';

function useMayAdminister(): boolean {
  const { current } = useSession();
  return current.state === 'signed-in' && current.session.role === 'admin';
}

/** Where devices publish in a dialect of their own: which topics, what came, and what a payload would be. */
export function SourcesPage({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  useTitle(t.sources.title);
  const mayAdminister = useMayAdminister();
  const mayTry = useMayWrite();
  const [draft, setDraft] = useState<SourceDraft>();
  const [done, setDone] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  const sources = useResource('sources', (signal) => get<Page<Source>>('/sources', {}, signal));
  const dialects = useResource('dialects', (signal) =>
    get<Page<DialectEntry>>('/dialects', {}, signal),
  );
  const look = useThrottled(sources.reload, 5000);
  useLiveEvent('reading', look);
  useLiveEvent('quarantine', look);
  const { data } = sources;
  const edited = data?.items.find(({ name }) => name === params.get('edit'));
  const isOpen = mayAdminister && (params.has('add') || edited !== undefined);
  const error = sources.error ?? dialects.error;
  const say = (said: string | undefined): void => {
    setDone(said);
    // What had the focus may be gone.
    heading.current?.focus();
  };
  const finish = (said: string | undefined): void => {
    say(said);
    setDraft(undefined);
    sources.reload();
    globalThis.location.hash = href('/sources');
  };
  // What is written and what tries it stand together; the keys let them keep what is in them.
  const list = (
    <div key="list">
      {data !== undefined &&
        (data.items.length === 0 ? (
          <Empty>
            <Hinted text={t.sources.empty} />
          </Empty>
        ) : (
          <SourceTable
            sources={data.items}
            dialects={dialects.data?.items ?? []}
            mayChange={mayAdminister}
            onChanged={(said, isGone) => {
              if (isGone) say(said);
              else setDone(said);
              sources.reload();
            }}
          />
        ))}
    </div>
  );
  const form = (
    <div key="form">
      {isOpen && data !== undefined && dialects.data !== undefined && (
        <SourceForm
          key={edited?.name ?? ''}
          source={edited}
          sources={data.items}
          dialects={dialects.data.items}
          onDraft={setDraft}
          onDone={finish}
        />
      )}
    </div>
  );
  const trial = (
    <div key="trial">
      {dialects.data !== undefined &&
        (mayTry ? (
          <SourceTrial draft={isOpen ? draft : undefined} dialects={dialects.data.items} />
        ) : (
          <p className="hint">{t.sources.trial.readOnly}</p>
        ))}
    </div>
  );
  return (
    <>
      <div className="page-head with-action">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {t.sources.title}
          </h1>
          <p className="lead">{t.sources.lead}</p>
          {!mayAdminister && <p className="hint">{t.sources.readOnly}</p>}
        </div>
        {mayAdminister && !isOpen && (
          <a className="button primary" href={href('/sources', { add: 'yes' })}>
            {t.sources.add}
          </a>
        )}
      </div>
      {error !== undefined && (
        <ProblemNote
          error={error}
          retry={() => {
            sources.reload();
            dialects.reload();
          }}
        />
      )}
      <p className="done" role="status">
        {done}
      </p>
      {(data === undefined || dialects.data === undefined) && error === undefined && (
        <Skeleton lines={4} />
      )}
      <div className="sources">{isOpen ? [form, trial, list] : [list, trial]}</div>
    </>
  );
}
