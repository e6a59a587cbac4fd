import {
  type Language,
  type Report,
  REPORT_COUNTS,
  REPORT_VERIFICATION_KINDS,
  type ReportCount,
} from '@verimeter/api-schema';
import type { CellValue, SheetColumn, WorkbookSheet } from '@verimeter/documents';
import { KIND_WORDS, VERIFICATION_KIND_WORDS } from '../kinds.ts';
import { createFormat } from '../format.ts';
import { trackRecordRows, valueOf } from './content.ts';
import { REPORT_WORDS } from './words.ts';

type Counts = Readonly<Record<ReportCount, number>>;

const countsOf = (row: Counts): number[] => REPORT_COUNTS.map((name) => row[name]);
const nameColumn = (title: string, width = 26): SheetColumn => ({ title, width });

/** The report as sheets, the definitions last. */
export function reportSheets(report: Report, language: Language): WorkbookSheet[] {
  const words = REPORT_WORDS[language];
  const kinds = KIND_WORDS[language];
  const verificationKinds = VERIFICATION_KIND_WORDS[language];
  const countColumns = REPORT_COUNTS.map((name): SheetColumn => ({
    title: words.counts[name][0],
    width: 14,
    format: '#,##0',
  }));
  const lotColumns = [
    nameColumn(words.manufacturer, 18),
    nameColumn(words.model, 18),
    nameColumn(words.year, 10),
  ];
  const lotOf = (row: Report['by_lot'][number] | Report['rows'][number]): CellValue[] => [
    row.manufacturer ?? words.unknown,
    row.model ?? words.unknown,
    row.year ?? words.unknown,
  ];
  const figureColumns = [nameColumn(words.name, 42), { title: words.value, width: 16 }];
  return [
    {
      name: words.parts.byKind,
      columns: [nameColumn(words.kind), ...countColumns],
      rows: [
        ...report.by_kind.map((row) => [kinds[row.kind], ...countsOf(row)]),
        [words.total, ...countsOf(report.totals)],
      ],
    },
    {
      name: words.parts.byArea,
      columns: [nameColumn(words.area, 18), nameColumn(words.name), ...countColumns],
      rows: report.by_area.map((row) => [
        row.group_id ?? words.noArea,
        row.name ?? '',
        ...countsOf(row),
      ]),
    },
    {
      name: words.parts.byLot,
      columns: [nameColumn(words.kind), ...lotColumns, ...countColumns],
      rows: report.by_lot.map((row) => [kinds[row.kind], ...lotOf(row), ...countsOf(row)]),
    },
    {
      name: words.parts.byVerificationKind,
      columns: [
        nameColumn(words.verificationKind),
        { title: words.verified },
        { title: words.counts.passed[0] },
        { title: words.counts.failed[0] },
        { title: words.failRate, format: '0.0%' },
      ],
      rows: report.by_verification_kind.map((row) => [
        verificationKinds[row.kind],
        row.verified,
        row.passed,
        row.failed,
        row.verified === 0 ? null : row.failed / row.verified,
      ]),
    },
    {
      name: words.parts.all,
      columns: [
        nameColumn(words.kind),
        nameColumn(words.area, 18),
        ...lotColumns,
        ...countColumns,
        ...REPORT_VERIFICATION_KINDS.map((kind): SheetColumn => ({
          title: `${words.verificationKind}: ${verificationKinds[kind]}`,
          width: 14,
        })),
      ],
      rows: report.rows.map((row) => [
        kinds[row.kind],
        row.group_id ?? words.noArea,
        ...lotOf(row),
        ...countsOf(row),
        ...REPORT_VERIFICATION_KINDS.map((kind) => row.by_verification_kind[kind]),
      ]),
    },
    {
      name: words.parts.failures.slice(0, 31),
      columns: figureColumns,
      rows: [
        ...(['count', 'over', 'under', 'both', 'unknown'] as const).map((one) => [
          words.failures[one],
          report.failures[one],
        ]),
        [words.failures.median, report.failures.median_error],
      ],
    },
    {
      name: words.parts.trackRecord,
      columns: figureColumns,
      // Texts: a share comes with its interval.
      rows: trackRecordRows(report, words, createFormat(language, 'UTC')),
    },
    {
      name: words.parts.requests,
      columns: figureColumns,
      rows: Object.entries(words.requests).map(([one, title]) => [
        title,
        valueOf(report.requests, one),
      ]),
    },
    {
      name: words.parts.quality,
      columns: figureColumns,
      rows: Object.entries(words.quality).map(([one, title]) => [
        title,
        valueOf(report.data_quality, one),
      ]),
    },
    {
      name: words.parts.definitions,
      columns: [nameColumn(words.name, 30), nameColumn(words.definition, 110)],
      rows: [
        [words.parts.all, words.asRecorded],
        ...REPORT_COUNTS.map((one) => [...words.counts[one]]),
        ...words.definitions.map((row) => [...row]),
        [words.total, words.invariant],
      ],
    },
  ];
}
