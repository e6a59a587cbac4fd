import { type Language, type Report, REPORT_COUNTS, type ReportCount } from '@verimeter/api-schema';
import type { Block, DocumentContent, Table, TableColumn } from '@verimeter/documents';
import { createFormat, type Format } from '../format.ts';
import { KIND_WORDS, VERIFICATION_KIND_WORDS } from '../kinds.ts';
import { REPORT_WORDS, type ReportWords } from './words.ts';

/** Rows of a table on paper; the workbook has all. */
const PRINTED = 60;

type Counts = Readonly<Record<ReportCount, number>>;

interface Printing {
  readonly report: Report;
  readonly language: Language;
  readonly words: ReportWords;
  readonly format: Format;
}

/** Columns of counts after those that name a row. */
function countTable(
  { words, format }: Printing,
  names: readonly TableColumn[],
  rows: readonly (readonly [names: readonly string[], counts: Counts])[],
): Block[] {
  const table: Table = {
    kind: 'table',
    dense: true,
    columns: [
      ...names,
      ...REPORT_COUNTS.map((name): TableColumn => ({
        title: words.counts[name][0],
        share: 2.1,
        align: 'right',
      })),
    ],
    rows: rows
      .slice(0, PRINTED)
      .map(([texts, counts]) => [
        ...texts,
        ...REPORT_COUNTS.map((name) => format.number(counts[name])),
      ]),
    empty: words.none,
  };
  return rows.length <= PRINTED
    ? [table]
    : [
        table,
        {
          kind: 'paragraph',
          text: words.more(format.number(rows.length - PRINTED)),
          style: 'note',
        },
      ];
}

const figures = (
  words: ReportWords,
  rows: readonly (readonly [name: string, value: string])[],
): Block => ({
  kind: 'table',
  dense: true,
  columns: [
    { title: words.name, share: 7 },
    { title: words.value, share: 3, align: 'right' },
  ],
  rows,
});

const areaName = (
  area: { readonly group_id: string | null; readonly name: string | null },
  words: ReportWords,
): string =>
  area.group_id === null
    ? words.noArea
    : area.name === null
      ? area.group_id
      : `${area.name} (${area.group_id})`;

const lotName = (
  lot: {
    readonly manufacturer: string | null;
    readonly model: string | null;
    readonly year: string | null;
  },
  words: ReportWords,
): string =>
  [lot.manufacturer, lot.model, lot.year].map((part) => part ?? words.unknown).join(', ');

function verificationBlocks({ report, language, words, format }: Printing): Block[] {
  return [
    {
      kind: 'table',
      dense: true,
      columns: [
        { title: words.verificationKind, share: 4 },
        { title: words.verified, share: 2, align: 'right' },
        { title: words.counts.passed[0], share: 2, align: 'right' },
        { title: words.counts.failed[0], share: 2, align: 'right' },
        { title: words.failRate, share: 2, align: 'right' },
      ],
      rows: report.by_verification_kind.map((row) => [
        VERIFICATION_KIND_WORDS[language][row.kind],
        format.number(row.verified),
        format.number(row.passed),
        format.number(row.failed),
        row.verified === 0 ? '–' : format.percent(row.failed / row.verified),
      ]),
    },
  ];
}

/** Names and values of the track record; a share of few is not told. */
export function trackRecordRows(
  report: Report,
  words: ReportWords,
  format: Format,
): (readonly [name: string, value: string])[] {
  const { trackRecord } = words;
  const { outcomes, scored } = report.track_record;
  const share = ({ k, n, value, low, high, enough }: Report['track_record']['precision']): string =>
    value === null || !enough
      ? trackRecord.tooFew(format.number(n))
      : trackRecord.share(
          format.percent(value),
          format.number(k),
          format.number(n),
          format.percent(low),
          format.percent(high),
        );
  return [
    [trackRecord.scored, format.number(scored)],
    ...(['hit', 'false_alarm', 'miss', 'correct_silence', 'inspected', 'no_claim'] as const).map(
      (name) => [trackRecord[name], format.number(outcomes[name])] as const,
    ),
    ...(['precision', 'recall', 'coverage'] as const).map(
      (name) => [trackRecord[name], share(report.track_record[name])] as const,
    ),
  ];
}

function failureBlocks({ report, words, format }: Printing): Block[] {
  const { failures } = report;
  const { median_error: median } = failures;
  return [
    figures(words, [
      ...(['count', 'over', 'under', 'both', 'unknown'] as const).map(
        (name) => [words.failures[name], format.number(failures[name])] as const,
      ),
      [words.failures.median, median === null ? '–' : format.signedPercent(median)],
    ]),
  ];
}

function definitionBlocks({ words }: Printing): Block[] {
  const rows = [...REPORT_COUNTS.map((name) => words.counts[name]), ...words.definitions];
  return [
    {
      kind: 'table',
      dense: true,
      columns: [
        { title: words.name, share: 3 },
        { title: words.definition, share: 10 },
      ],
      rows: rows.map((row) => [...row]),
    },
    { kind: 'paragraph', text: words.asRecorded, style: 'note' },
  ];
}

/** The report on paper. A pure function of the report. */
export function reportContent(report: Report, zone: string, language: Language): DocumentContent {
  const words = REPORT_WORDS[language];
  const format = createFormat(language, zone);
  const printing: Printing = { report, language, words, format };
  const kinds = KIND_WORDS[language];
  const quality = Object.entries(words.quality);
  const requests = Object.entries(words.requests);
  const parts: readonly (readonly [string, readonly Block[]])[] = [
    [
      words.parts.byKind,
      countTable(
        printing,
        [{ title: words.kind, share: 4 }],
        [
          ...report.by_kind.map((row) => [[kinds[row.kind]], row] as const),
          [[words.total], report.totals] as const,
        ],
      ),
    ],
    [words.parts.byVerificationKind, verificationBlocks(printing)],
    [words.parts.failures, failureBlocks(printing)],
    [
      words.parts.byArea,
      countTable(
        printing,
        [{ title: words.area, share: 5 }],
        report.by_area.map((row) => [[areaName(row, words)], row] as const),
      ),
    ],
    [
      words.parts.byLot,
      countTable(
        printing,
        [
          { title: words.kind, share: 2.6 },
          { title: words.lot, share: 4 },
        ],
        report.by_lot.map((row) => [[kinds[row.kind], lotName(row, words)], row] as const),
      ),
    ],
    [words.parts.trackRecord, [figures(words, trackRecordRows(report, words, format))]],
    [
      words.parts.requests,
      [
        figures(
          words,
          requests.map(([name, title]) => [title, format.number(valueOf(report.requests, name))]),
        ),
      ],
    ],
    [
      words.parts.quality,
      [
        figures(
          words,
          quality.map(([name, title]) => [
            title,
            format.number(valueOf(report.data_quality, name)),
          ]),
        ),
      ],
    ],
    [words.parts.definitions, definitionBlocks(printing)],
  ];
  return {
    title: words.title(report.period),
    subtitle: words.subtitle(format.date(report.from), format.date(report.as_of)),
    issuer: words.issuer(report.tenant),
    reference: words.reference(report.period, format.instant(report.made_at)),
    pageLabel: words.page,
    createdAtMs: Date.parse(report.made_at),
    language,
    blocks: [
      ...(report.complete
        ? []
        : [
            {
              kind: 'paragraph' as const,
              text: words.incomplete(format.date(report.as_of)),
              style: 'strong' as const,
            },
          ]),
      { kind: 'paragraph', text: words.invariant },
      ...parts.flatMap(([title, blocks], index): Block[] => [
        { kind: 'heading', text: `${index + 1}. ${title}`, level: 2 },
        ...blocks,
      ]),
      { kind: 'signatures', titles: words.signatures },
    ],
  };
}

/** A figure by its name; both objects have the same names by type. */
export const valueOf = (figuresOf: Readonly<Record<string, number>>, name: string): number =>
  figuresOf[name] ?? 0;
