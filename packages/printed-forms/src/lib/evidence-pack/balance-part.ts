import type { Block } from '@verimeter/documents';
import { unitText } from '../units.ts';
import type { Printing } from './printing.ts';

/** What the area counted over the same time. */
export function balancePart({ pack, words, format }: Printing): Block[] {
  const { balance } = pack;
  if (balance === null) return [{ kind: 'paragraph', text: words.balance.none }];
  const unit = unitText(balance.unit);
  const amount = (value: number | null): string => (value === null ? '–' : format.number(value, 1));
  return [
    {
      kind: 'paragraph',
      text: words.balance.lead(
        balance.name === null ? balance.group_id : `${balance.name} (${balance.group_id})`,
        format.number(balance.consumers),
      ),
    },
    ...(balance.status === null
      ? []
      : [
          {
            kind: 'facts' as const,
            pairs: [[words.balance.status, words.balance.statuses[balance.status]] as const],
          },
        ]),
    {
      kind: 'table',
      columns: [
        { title: words.balance.week, share: 5 },
        { title: words.balance.supply(unit), share: 3, align: 'right' },
        { title: words.balance.consumers(unit), share: 3, align: 'right' },
        { title: words.balance.loss, share: 2, align: 'right' },
        { title: words.balance.device(unit), share: 3, align: 'right' },
        { title: words.balance.coverage, share: 2, align: 'right' },
      ],
      rows: balance.weeks.map((week) => [
        `${format.date(week.from)} – ${format.date(week.to)}`,
        amount(week.supply),
        amount(week.consumers),
        week.loss === null || week.supply === null || week.supply === 0
          ? '–'
          : format.percent(week.loss / week.supply),
        amount(week.device),
        week.coverage === null ? '–' : format.percent(week.coverage, 0),
      ]),
      empty: words.balance.notFormed,
    },
    { kind: 'paragraph', text: words.balance.reading, style: 'note' },
  ];
}
