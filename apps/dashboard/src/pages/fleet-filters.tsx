import type { Group } from '@verimeter/api-schema';
import { DEVICE_KINDS, INDICATIONS, RECOMMENDATIONS } from '@verimeter/telemetry';
import { useEffect, useId, useRef, useState } from 'react';
import { Choice } from '../components/choice.tsx';
import { useText } from '../i18n/i18n.tsx';
import { getAll } from '../lib/api-client.ts';
import { href } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';
import { replaceHash } from '../lib/use-route.ts';

/** Query parameters of the page, which are those of `GET /health`. */
export const FILTER_NAMES = ['kind', 'group', 'recommendation', 'indication', 'device'] as const;
type FilterName = (typeof FILTER_NAMES)[number];

const TYPING_PAUSE_MS = 300;

interface SearchProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Asks once the reader has paused, not at each letter. */
function Search({ value, onChange }: SearchProps) {
  const { t } = useText();
  const id = useId();
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // The URL changed from outside (a cleared filter, the back button).
  if (value !== seen) {
    setSeen(value);
    if (value !== text.trim()) setText(value);
  }
  useEffect(() => {
    if (text.trim() === value) return undefined;
    const timer = setTimeout(() => latest.current(text.trim()), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <div className="field">
      <label htmlFor={id}>{t.fleet.search}</label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder={t.fleet.searchHint}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}

export function FleetFilters({ params }: { readonly params: URLSearchParams }) {
  const { t, words } = useText();
  const groups = useResource('groups', (signal) => getAll<Group>('/groups', {}, 5000, signal));
  const set = (name: FilterName, value: string): void =>
    replaceHash(href('/fleet', { ...Object.fromEntries(params), [name]: value }));
  const value = (name: FilterName): string => params.get(name) ?? '';
  const filtered = FILTER_NAMES.some((name) => value(name) !== '');
  return (
    <section className="filters" aria-label={t.fleet.filters}>
      <Search value={value('device')} onChange={(text) => set('device', text)} />
      <Choice
        label={t.fleet.kind}
        anyText={t.common.all}
        value={value('kind')}
        options={DEVICE_KINDS.map((kind) => [kind, words.deviceKind[kind]])}
        onChange={(kind) => set('kind', kind)}
      />
      <Choice
        label={t.fleet.area}
        anyText={t.common.all}
        value={value('group')}
        options={(groups.data?.items ?? []).map((group) => [
          group.group_id,
          group.name === null ? group.group_id : `${group.group_id} · ${group.name}`,
        ])}
        onChange={(group) => set('group', group)}
      />
      <Choice
        label={t.fleet.recommendation}
        anyText={t.common.all}
        value={value('recommendation')}
        options={RECOMMENDATIONS.toReversed().map((one) => [one, words.recommendation[one]])}
        onChange={(one) => set('recommendation', one)}
      />
      <Choice
        label={t.fleet.indication}
        anyText={t.common.all}
        value={value('indication')}
        options={INDICATIONS.map((one) => [one, words.indication[one][0]])}
        onChange={(one) => set('indication', one)}
      />
      {filtered && (
        <a className="clear" href={href('/fleet')}>
          {t.common.clear}
        </a>
      )}
    </section>
  );
}
