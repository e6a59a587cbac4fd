import type { Block } from '@verimeter/documents';
import { unitText } from '../units.ts';
import { AMOUNT_DIGITS, byUrgency, hasRegister, type Printing } from './printing.ts';

/** Runs of months that are equal in whole units, as they follow each other. */
function equalRuns({ pack }: Printing): { readonly months: string[]; readonly amount: number }[] {
  const runs: { months: string[]; amount: number; daysWithUse: number }[] = [];
  let open = false;
  for (const { month, equal, amount } of pack.register?.months ?? []) {
    const last = runs.at(-1);
    const billed = Math.round(amount ?? 0);
    if (!equal) open = false;
    else if (open && last !== undefined && last.amount === billed) last.months.push(month);
    else {
      runs.push({ months: [month], amount: billed, daysWithUse: 0 });
      open = true;
    }
  }
  return runs;
}

/** The whole of it in a few sentences. */
export function summaryPart(printing: Printing): Block[] {
  const { pack, words, format } = printing;
  const { register } = pack;
  const said = words.summary;
  const sentences: string[] = [];
  if (register === null) sentences.push(hasRegister(pack) ? said.noReadings : said.noRegister);
  else {
    const unit = unitText(register.unit);
    if (register.amount !== null)
      sentences.push(
        said.use(
          format.instant(pack.window.from),
          format.instant(pack.window.to),
          `${format.number(register.amount, AMOUNT_DIGITS)} ${unit}`,
        ),
      );
    for (const { months, amount } of equalRuns(printing)) {
      const named = months.map((month) => format.date(month)).join(', ');
      const moved = register.months
        .filter(({ month }) => months.includes(month))
        .reduce((sum, { days_with_use: days }) => sum + days, 0);
      sentences.push(
        amount === 0
          ? said.equalZero(named)
          : said.equal(named, `${format.number(amount)} ${unit}`, format.number(moved)),
      );
    }
  }
  const [estimate] = byUrgency(pack);
  if (estimate === undefined) sentences.push(words.estimate.none);
  else {
    const { error_estimate: error, interval_low: low, interval_high: high, limit } = estimate;
    sentences.push(said.indication(...words.estimate.indications[estimate.indication]));
    if (error !== null && low !== null && high !== null && limit !== null)
      sentences.push(
        (pack.device.kind === 'environment_sensor' ? said.estimateOfSensor : said.estimate)(
          format.signedPercent(error),
          format.signedPercent(low),
          format.signedPercent(high),
          format.percent(limit),
        ),
      );
  }
  const { legal } = pack;
  const until =
    legal.due_on === null
      ? ''
      : ` (${words.legal.due.toLowerCase()} ${format.date(
          legal.due_precision === 'month' ? legal.due_on.slice(0, 7) : legal.due_on,
        )})`;
  sentences.push(said.legal(`${words.legal.statuses[legal.status].toLowerCase()}${until}`));
  return [
    { kind: 'heading', text: said.title, level: 2 },
    ...sentences.map((text): Block => ({ kind: 'paragraph', text: `• ${text}` })),
    { kind: 'paragraph', text: said.invariant, style: 'strong' },
  ];
}
