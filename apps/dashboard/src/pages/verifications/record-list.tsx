import type { VerificationItem } from '@verimeter/api-schema';
import { VERIFICATION_KINDS } from '@verimeter/metrology';
import { Badge, Mark } from '../../components/badge.tsx';
import { Choice } from '../../components/choice.tsx';
import { Empty, Hinted, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { CheckField } from '../../components/field.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { deviceHref, href } from '../../lib/routing.ts';
import { usePages } from '../../lib/use-pages.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { validityIn } from '../legal/due-date.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { DayField } from '../legal/day-field.tsx';

const FILTERS = ['from', 'to', 'kind', 'result', 'body', 'device', 'withdrawn'] as const;
type Filter = (typeof FILTERS)[number];
const RESULTS = ['pass', 'fail'] as const;

export const recordHref = (id: number, edit = false): string =>
  href('/verifications', { record: String(id), edit: edit ? '1' : '' });

interface FiltersProps {
  readonly params: URLSearchParams;
  /** Authorised bodies of the records that are shown. */
  readonly bodies: readonly string[];
}

function Filters({ params, bodies }: FiltersProps) {
  const { t } = useText();
  const texts = t.legal.records;
  const value = (name: Filter): string => params.get(name) ?? '';
  const set = (name: Filter, chosen: string): void =>
    replaceHash(href('/verifications', { ...Object.fromEntries(params), [name]: chosen }));
  return (
    <section className="filters" aria-label={texts.filters}>
      <DayField label={texts.from} value={value('from')} onChange={(day) => set('from', day)} />
      <DayField label={texts.to} value={value('to')} onChange={(day) => set('to', day)} />
      <Choice
        label={texts.kind}
        anyText={t.common.all}
        value={value('kind')}
        options={VERIFICATION_KINDS.map((kind) => [kind, t.legal.words.verificationKind[kind]])}
        onChange={(kind) => set('kind', kind)}
      />
      <Choice
        label={texts.result}
        anyText={t.common.all}
        value={value('result')}
        options={RESULTS.map((result) => [result, t.legal.words.result[result]])}
        onChange={(result) => set('result', result)}
      />
      <SearchField
        label={texts.body}
        placeholder={texts.bodyHint}
        suggestions={bodies}
        value={value('body')}
        onChange={(body) => set('body', body)}
      />
      <SearchField
        label={texts.device}
        placeholder={texts.deviceHint}
        value={value('device')}
        onChange={(device) => set('device', device)}
      />
      <CheckField
        label={texts.withdrawn}
        value={value('withdrawn') !== ''}
        onChange={(only) => set('withdrawn', only ? '1' : '')}
      />
      {FILTERS.some((name) => value(name) !== '') && (
        <a className="clear" href={href('/verifications')}>
          {t.common.clear}
        </a>
      )}
    </section>
  );
}

function Row({
  item,
  withDevice,
}: {
  readonly item: VerificationItem;
  readonly withDevice: boolean;
}) {
  const { t, format } = useText();
  const texts = t.legal.records;
  const words = t.legal.words;
  const { device_id: device, weighted_error: weighted } = item;
  const on = format.date(item.verified_on);
  return (
    <tr>
      <th scope="row">
        <a href={recordHref(item.id)} aria-label={texts.open(device, on)}>
          {on}
        </a>
        <span className="sub">
          {item.kind === null ? texts.kindUnknown : words.verificationKind[item.kind]}
        </span>
      </th>
      {withDevice && (
        <td data-label={texts.device}>
          <a href={deviceHref(device)}>{device}</a>
        </td>
      )}
      <td data-label={texts.result}>
        <Badge tone={item.result === 'pass' ? 'calm' : 'alert'} text={words.result[item.result]} />
        {item.warnings.length > 0 && (
          <span className="indication tone-warn">
            <Mark tone="warn" />
            {texts.warnings(format.integer(item.warnings.length))}
          </span>
        )}
      </td>
      <td className="number" data-label={texts.weighted}>
        {weighted === null ? (
          t.common.none
        ) : (
          <>
            {format.signedPercent(weighted.error, 2)}
            {weighted.standard_uncertainty !== null && (
              <span className="sub">± {format.percent(2 * weighted.standard_uncertainty, 2)}</span>
            )}
          </>
        )}
      </td>
      <td data-label={texts.validUntil}>
        {item.valid_until === null
          ? t.common.none
          : validityIn(format, item.valid_until, item.valid_until.length === 7 ? 'month' : 'day')}
      </td>
      <td data-label={texts.certificate}>
        {[item.certificate_no, item.seal_no]
          .filter((part) => part !== null && part !== '')
          .join(' · ') || t.common.none}
        {item.body !== null && <span className="sub">{item.body}</span>}
      </td>
    </tr>
  );
}

/** Records as a table. */
export function RecordTable({
  items,
  withDevice,
}: {
  readonly items: readonly VerificationItem[];
  readonly withDevice: boolean;
}) {
  const { t } = useText();
  const texts = t.legal.records;
  return (
    <div className="table-frame">
      <table className="stacking">
        <caption className="visually-hidden">{texts.title}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.on}</th>
            {withDevice && <th scope="col">{texts.device}</th>}
            <th scope="col">{texts.result}</th>
            <th scope="col" className="number">
              {texts.weighted}
            </th>
            <th scope="col">{texts.validUntil}</th>
            <th scope="col">{texts.certificate}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} withDevice={withDevice} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** All records, newest first. */
export function RecordList({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const texts = t.legal.records;
  const value = (name: Filter): string | undefined => params.get(name) ?? undefined;
  const list = usePages<VerificationItem>('/verifications', {
    limit: 50,
    from: value('from'),
    to: value('to'),
    kind: value('kind'),
    result: value('result'),
    body: value('body'),
    device_id: value('device'),
    withdrawn: params.has('withdrawn') ? 'true' : undefined,
  });
  const bodies = [...new Set(list.items.flatMap(({ body }) => (body === null ? [] : [body])))];
  return (
    <section className="records" aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <Filters params={params} bodies={bodies} />
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={6} />}
      {list.items.length > 0 && <RecordTable items={list.items} withDevice />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>
          {FILTERS.some((name) => params.has(name)) ? (
            texts.empty
          ) : (
            <Hinted text={texts.emptyAll} />
          )}
        </Empty>
      )}
      {list.items.length > 0 && <ListFoot list={list} />}
    </section>
  );
}
