import type { LedgerEntry, LedgerTotals, Reading } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText } from '../i18n/i18n.tsx';
import { get, getAll, type Page } from '../lib/api-client.ts';
import type { Window } from '../lib/chart-data.ts';
import { unitLabel } from '../lib/format.ts';
import { useResource } from '../lib/use-resource.ts';

const MAXIMUM_READINGS = 10_000;

interface ConflictsProps {
  readonly deviceId: string;
  readonly quantity: string;
  readonly unit: string;
  readonly window: Window;
}

function ConflictTable({ deviceId, quantity, unit, window }: ConflictsProps) {
  const { t, format } = useText();
  const { from, to } = window;
  const readings = useResource(`conflicts ${deviceId} ${quantity} ${from ?? ''} ${to}`, (signal) =>
    getAll<Reading>(
      '/readings',
      { device_id: deviceId, quantity, from, to, include: 'conflicts' },
      MAXIMUM_READINGS,
      signal,
    ),
  );
  if (readings.error !== undefined)
    return <ProblemNote error={readings.error} retry={readings.reload} />;
  if (readings.data === undefined) return <Skeleton lines={3} />;
  const rows = readings.data.items.filter((reading) => !reading.current);
  if (rows.length === 0) return <p className="empty">{t.device.conflictNone}</p>;
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">{t.device.time}</th>
          <th scope="col" className="number">
            {t.device.value}
          </th>
          <th scope="col">{t.device.received}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((reading) => (
          <tr key={`${reading.ts} ${reading.value}`}>
            <th scope="row">{format.dateTime(reading.ts)}</th>
            <td className="number">
              {format.number(reading.value)} {unitLabel(unit)}
            </td>
            <td>{format.dateTime(reading.received_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Appears only where the account of the device knows of conflicts; the values themselves are fetched on demand. */
export function Conflicts(props: ConflictsProps) {
  const { t, format } = useText();
  const [open, setOpen] = useState(false);
  const account = useResource(`account ${props.deviceId}`, (signal) =>
    get<Page<LedgerEntry> & { totals: LedgerTotals }>(
      '/ledger',
      { device_id: props.deviceId, limit: 1 },
      signal,
    ),
  );
  const count = account.data?.totals.conflicting ?? 0;
  if (count === 0) return null;
  return (
    <div className="conflicts">
      <h3>{t.device.conflicts}</h3>
      <p>{t.device.conflictsLead(format.integer(count))}</p>
      {open ? (
        <ConflictTable {...props} />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          {t.device.conflictShow}
        </button>
      )}
    </div>
  );
}
