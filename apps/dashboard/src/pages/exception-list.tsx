import type { ExceptionItem } from '@verimeter/api-schema';
import { Mark } from '../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText } from '../i18n/i18n.tsx';
import { deviceHref } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';

const TONES = { severe: 'alert', warning: 'warn', info: 'mute' } as const;

function Row({ item, named }: { readonly item: ExceptionItem; readonly named: boolean }) {
  const { t, words, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.exceptions.time}>
        {format.dateTime(item.from)}
        {item.to !== item.from && ` – ${format.dateTime(item.to)}`}
      </th>
      {named && (
        <td data-label={t.quality.device}>
          <a href={deviceHref(item.device_id, { quantity: item.quantity, range: 'all' })}>
            {item.device_id}
          </a>
        </td>
      )}
      <td data-label={t.device.quantity}>{words.quantity[item.quantity] ?? item.quantity}</td>
      <td data-label={t.exceptions.severity}>
        <span className="indication">
          <Mark tone={TONES[item.severity]} />
          {t.exceptions.severities[item.severity]}
        </span>
      </td>
      <td data-label={t.exceptions.found}>{item.text}</td>
      <td data-label={t.exceptions.code}>{item.code}</td>
    </tr>
  );
}

interface ExceptionListProps {
  /** Undefined: of all devices. */
  readonly deviceId?: string;
  /** Undefined: all. */
  readonly severity?: string | undefined;
}

/** What validation found, newest first. */
export function ExceptionList({ deviceId, severity }: ExceptionListProps) {
  const { t, language } = useText();
  // The sentences come in the language of the request.
  const list = usePages<ExceptionItem>(
    '/exceptions',
    { device_id: deviceId, severity, limit: deviceId === undefined ? 100 : 10 },
    language,
  );
  if (list.error !== undefined) return <ProblemNote error={list.error} retry={list.reload} />;
  if (list.items.length === 0)
    return list.loading ? <Skeleton lines={4} /> : <Empty>{t.exceptions.empty}</Empty>;
  return (
    <>
      <div className="table-frame">
        <table className="stacking">
          <thead>
            <tr>
              <th scope="col">{t.exceptions.time}</th>
              {deviceId === undefined && <th scope="col">{t.quality.device}</th>}
              <th scope="col">{t.device.quantity}</th>
              <th scope="col">{t.exceptions.severity}</th>
              <th scope="col">{t.exceptions.found}</th>
              <th scope="col">{t.exceptions.code}</th>
            </tr>
          </thead>
          <tbody>
            {list.items.map((item) => (
              <Row
                key={`${item.device_id} ${item.quantity} ${item.rule} ${item.from} ${item.rules_version}`}
                item={item}
                named={deviceId === undefined}
              />
            ))}
          </tbody>
        </table>
      </div>
      <ListFoot list={list} />
    </>
  );
}
