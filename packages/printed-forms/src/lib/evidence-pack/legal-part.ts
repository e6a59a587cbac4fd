import type { Block } from '@verimeter/documents';
import type { Printing } from './printing.ts';

type Verification = Printing['pack']['verifications'][number];

/** How the verification stands before the law, by which rule. */
export function legalPart({ pack, words, format }: Printing): Block[] {
  const { legal } = pack;
  const said = words.legal;
  const due = legal.due_on;
  const provisional = legal.provisional_due_on;
  const written = (day: string): string =>
    format.date(legal.due_precision === 'month' ? day.slice(0, 7) : day);
  return [
    { kind: 'paragraph', text: said.lead },
    { kind: 'paragraph', text: said.statuses[legal.status], style: 'strong' },
    {
      kind: 'facts',
      pairs: [
        [said.verified, legal.verified_on === null ? words.none : format.date(legal.verified_on)],
        [said.due, due === null ? words.none : written(due)],
        ...(provisional === null || due !== null
          ? []
          : [[said.provisional, said.provisionalDate(format.date(provisional))] as const]),
        ...(legal.since === null ? [] : [[said.since, format.date(legal.since)] as const]),
        [
          said.reasons,
          legal.reasons.length === 0
            ? words.none
            : legal.reasons.map((reason) => said.reason[reason]).join('; '),
        ],
      ],
    },
    {
      kind: 'table',
      columns: [
        { title: said.rule, share: 4 },
        { title: said.cycle, share: 2 },
        { title: said.source, share: 8 },
        { title: said.status, share: 2 },
      ],
      rows: legal.rules_used.map((rule) => [
        rule.id,
        rule.months === null ? '–' : said.months(format.number(rule.months)),
        rule.source,
        said.confirmed[rule.status],
      ]),
      empty: said.noRule,
    },
  ];
}

const validUntil = (until: string | null, date: (day: string) => string): string =>
  until === null ? '–' : date(until);

/** Records of authorised bodies with their test points. */
export function verificationsPart({ pack, words, format }: Printing): Block[] {
  const said = words.verifications;
  if (pack.verifications.length === 0) return [{ kind: 'paragraph', text: said.none }];
  const points = ({ verified_on: day, points: of }: Verification): Block[] =>
    of.length === 0
      ? []
      : [
          { kind: 'heading', text: said.points(format.date(day)), level: 3 },
          {
            kind: 'table',
            columns: [
              { title: said.point, share: 6 },
              { title: said.error, share: 3, align: 'right' },
              { title: said.uncertainty, share: 4, align: 'right' },
              { title: said.limit, share: 3, align: 'right' },
              { title: said.result, share: 3 },
            ],
            rows: of.map((point) => [
              point.test_point,
              point.error === null ? '–' : format.signedPercent(point.error),
              point.expanded_uncertainty === null
                ? '–'
                : `${format.percent(point.expanded_uncertainty, 2)}${
                    point.coverage_factor === null
                      ? ''
                      : ` (k = ${format.number(point.coverage_factor, 1)})`
                  }`,
              point.limit === null ? '–' : `±${format.percent(point.limit, 2)}`,
              point.pass === null ? '–' : said.results[point.pass ? 'pass' : 'fail'],
            ]),
          },
        ];
  return [
    {
      kind: 'table',
      columns: [
        { title: said.day, share: 3 },
        { title: said.kind, share: 3 },
        { title: said.result, share: 3 },
        { title: said.until, share: 3 },
        { title: said.body, share: 5 },
        { title: said.mark, share: 4 },
      ],
      rows: pack.verifications.map((one) => [
        format.date(one.verified_on),
        said.kinds[one.kind ?? 'unknown'],
        said.results[one.result],
        validUntil(one.valid_until, format.date),
        one.body ?? '–',
        [one.certificate_no, one.seal_no ?? ''].filter((text) => text !== '').join(', ') || '–',
      ]),
    },
    ...(pack.verifications_left_out === 0
      ? []
      : [
          {
            kind: 'paragraph' as const,
            text: said.leftOut(pack.verifications_left_out),
            style: 'note' as const,
          },
        ]),
    ...pack.verifications.flatMap(points),
  ];
}
