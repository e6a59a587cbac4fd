import { formatTimestamp } from '@verimeter/telemetry';
import { table } from '../output.ts';
import { grouped } from '../progress.ts';
import type { LedgerCheck } from './check-ledger.ts';
import { LEDGER_COUNTS, type Counts } from './ledger-rows.ts';
import type { Gap, Gaps } from './reading-gaps.ts';
import type { ReceivePeriod } from './receive-period.ts';
import { violationText } from './violations.ts';

const bound = (us: number): string | null => (Number.isFinite(us) ? formatTimestamp(us) : null);

function sumOf(sources: Iterable<Counts>): Counts {
  const sum = { received: 0, stored: 0, duplicate: 0, conflicting: 0, rejected: 0, pending: 0 };
  for (const counts of sources) for (const name of LEDGER_COUNTS) sum[name] += counts[name];
  return sum;
}

/** The result as one JSON object (docs/cli.md). */
export function ledgerJson(check: LedgerCheck, { fromUs, toUs }: ReceivePeriod): string {
  const { ledger, violations, gaps } = check;
  return JSON.stringify({
    ok: check.violationCount === 0,
    from: bound(fromUs),
    to: bound(toUs),
    checked: {
      ledger_rows: ledger.rows,
      device_hours: check.deviceHours,
      readings: check.readings,
      conflicts: check.conflicts,
      quarantine_entries: check.quarantineEntries,
      channels: gaps?.channels ?? null,
    },
    kept_from: check.keptFromUs === undefined ? null : formatTimestamp(check.keptFromUs),
    totals: {
      ...sumOf(ledger.bySource.values()),
      by_source: Object.fromEntries(ledger.bySource),
    },
    violations: violations.map(({ deviceId, hourUs, ...violation }) => ({
      check: violation.check,
      device_id: deviceId,
      topic: violation.topic,
      hour: formatTimestamp(hourUs),
      source: violation.source,
      ledger: violation.ledger,
      found: violation.found,
    })),
    violations_left_out: check.violationCount - violations.length,
    gaps: (gaps?.listed ?? []).map(({ deviceId, quantity, ...gap }) => ({
      device_id: deviceId,
      quantity,
      from: formatTimestamp(gap.fromUs),
      to: formatTimestamp(gap.toUs),
      missing: gap.missing,
      spacing_s: gap.spacingS,
    })),
    gaps_left_out: gaps === undefined ? 0 : gaps.count - gaps.listed.length,
  });
}

function periodText({ fromUs, toUs }: ReceivePeriod): string {
  const from = bound(fromUs);
  const to = bound(toUs);
  if (from === null && to === null) return 'all receive hours';
  return [
    'receive hours',
    from === null ? '' : ` from ${from}`,
    to === null ? '' : ` to ${to}`,
  ].join('');
}

const totalsRow = (name: string, counts: Counts): string[] => [
  name,
  ...LEDGER_COUNTS.map((count) => grouped(counts[count])),
];

function totalsTable(sources: ReadonlyMap<string, Counts>): string {
  return table(
    [
      ['source', ...LEDGER_COUNTS],
      ...[...sources].map(([source, counts]) => totalsRow(source, counts)),
      totalsRow('all', sumOf(sources.values())),
    ],
    new Set(LEDGER_COUNTS.map((_, index) => index + 1)),
  );
}

const gapText = ({ deviceId, quantity, fromUs, toUs, missing, spacingS }: Gap): string =>
  `${deviceId} ${quantity}: ${formatTimestamp(fromUs)} to ${formatTimestamp(toUs)}, ${grouped(missing)} missing at one in ${spacingS} s`;

function gapLines({ listed, count, missing, channels }: Gaps): string[] {
  const leftOut = count - listed.length;
  return [
    `gaps: ${grouped(count)} with ${grouped(missing)} readings missing, in ${grouped(channels)} channels with enough readings to tell`,
    ...listed.map(gapText),
    ...(leftOut > 0 ? [`and ${grouped(leftOut)} more; --limit N lists more`] : []),
  ];
}

/** The result for people: what was checked, the totals per source, what does not hold. */
export function ledgerText(check: LedgerCheck, tenant: string, period: ReceivePeriod): string {
  const { ledger, violations, violationCount, gaps } = check;
  const leftOut = violationCount - violations.length;
  return [
    `tenant ${tenant}, ${periodText(period)}: ${grouped(ledger.rows)} rows of the ledger against ${grouped(check.readings)} readings, ` +
      `${grouped(check.conflicts)} conflicts and ${grouped(check.quarantineEntries)} quarantine entries, over ${grouped(check.deviceHours)} device hours`,
    ...(check.keptFromUs === undefined
      ? []
      : [
          `retention removed readings before ${formatTimestamp(check.keptFromUs)}: receive hours before that were checked in the ledger alone`,
        ]),
    totalsTable(ledger.bySource),
    ...violations.map(violationText),
    ...(leftOut > 0 ? [`and ${grouped(leftOut)} more`] : []),
    violationCount === 0
      ? 'every reading is accounted for'
      : `the ledger does not balance: ${grouped(violationCount)} violations`,
    ...(gaps === undefined ? [] : gapLines(gaps)),
  ].join('\n');
}
