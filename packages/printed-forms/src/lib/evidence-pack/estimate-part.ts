import { evidenceText } from '@verimeter/api-schema';
import type { Block } from '@verimeter/documents';
import { unitText } from '../units.ts';
import { byUrgency, type Printing } from './printing.ts';

type Estimate = Printing['pack']['estimates'][number];

function estimateBlocks({ pack, words, format, language }: Printing, estimate: Estimate): Block[] {
  const { estimate: said } = words;
  const [name, sentence] = said.indications[estimate.indication];
  const {
    error_estimate: error,
    interval_low: low,
    interval_high: high,
    limit,
    probability_over_limit: over,
    minimum_detectable: detectable,
    offset_estimate: offset,
    offset_standard_error: offsetError,
  } = estimate;
  // Of quantities whose offset is judged the limit is one of the offset.
  const isOffset = estimate.error_estimate === null && offset !== null;
  const hasInterval = error !== null && low !== null && high !== null;
  const pairs: (readonly [string, string])[] = [
    ...(pack.estimates.length > 1 ? [[said.quantity, estimate.quantity] as const] : []),
    [said.indication, name],
    ...(offset === null || offsetError === null
      ? []
      : [
          [
            said.offset,
            `${format.number(offset, 2)} ± ${format.number(offsetError, 2)} ${unitText(estimate.offset_unit ?? '')}`,
          ] as const,
        ]),
    ...(error === null ? [] : [[said.error, format.signedPercent(error)] as const]),
    ...(low === null || high === null
      ? []
      : [[said.interval, `${format.signedPercent(low)} … ${format.signedPercent(high)}`] as const]),
    ...(limit === null
      ? []
      : [
          [
            said.limit,
            isOffset
              ? `±${format.number(limit, 2)} ${unitText(estimate.offset_unit ?? '')}`
              : `±${format.percent(limit)}`,
          ] as const,
        ]),
    ...(over === null ? [] : [[said.overLimit, probability(over, format.percent)] as const]),
    ...(detectable === null || isOffset
      ? []
      : [[said.detectable, format.percent(detectable, 2)] as const]),
    [said.asOf, estimate.as_of === null ? words.none : format.instant(estimate.as_of)],
    [
      said.window,
      estimate.data_from === null || estimate.evidence_days === null
        ? words.none
        : `${format.date(estimate.data_from)} (${said.days(format.number(estimate.evidence_days))})`,
    ],
    [said.model, estimate.model_version],
    [said.run, String(estimate.run.id)],
  ];
  return [
    { kind: 'paragraph', text: sentence, style: 'strong' },
    { kind: 'facts', pairs },
    ...(hasInterval && limit !== null && limit > 0
      ? [
          {
            kind: 'interval' as const,
            value: error,
            low,
            high,
            limit,
            caption: said.caption,
          },
          { kind: 'paragraph' as const, text: said.sign, style: 'note' as const },
        ]
      : []),
    ...(estimate.evidence.length === 0
      ? []
      : [
          { kind: 'heading' as const, text: said.because, level: 3 as const },
          ...estimate.evidence.map(({ code, values }): Block => ({
            kind: 'paragraph',
            text: `• ${evidenceText(code, values, language, pack.zone)}`,
          })),
        ]),
  ];
}

/** A probability is never said to be 0 or 1. */
function probability(value: number, percent: (ratio: number, digits?: number) => string): string {
  if (value > 0.999) return `> ${percent(0.999)}`;
  if (value < 0.001) return `< ${percent(0.001)}`;
  return percent(value);
}

/** What the analysis says of the error, and with which uncertainty. */
export function estimatePart(printing: Printing): Block[] {
  const { pack, words } = printing;
  if (pack.estimates.length === 0) return [{ kind: 'paragraph', text: words.estimate.none }];
  return byUrgency(pack).flatMap((estimate) => estimateBlocks(printing, estimate));
}

/** What the document does not say, so that nobody reads it into it. */
export function notClaimedPart({ pack, words, format }: Printing): Block[] {
  const { notClaimed } = words;
  const [estimate] = byUrgency(pack);
  const said = [notClaimed.verdict];
  if (
    estimate === undefined ||
    estimate.indication === 'no_reference' ||
    (estimate.error_estimate === null && estimate.offset_estimate === null && pack.balance === null)
  )
    said.push(notClaimed.noReference);
  else if (
    estimate.indication === 'not_resolvable' ||
    (estimate.error_estimate === null && estimate.offset_estimate === null)
  )
    said.push(notClaimed.notResolvable);
  const detectable = estimate?.minimum_detectable ?? null;
  if (detectable !== null && estimate?.error_estimate !== null)
    said.push(notClaimed.smaller(format.percent(detectable, 2)));
  said.push(notClaimed.behind, notClaimed.readings);
  return said.map((text): Block => ({ kind: 'paragraph', text: `• ${text}` }));
}
