import { exceptionText } from '@verimeter/api-schema';
import type { Block, LineSeries, Table } from '@verimeter/documents';
import { unitText } from '../units.ts';
import { AMOUNT_DIGITS, hasRegister, type Printing, REGISTER_DIGITS } from './printing.ts';

type Register = NonNullable<Printing['pack']['register']>;

/** Coverage below which a month is said to lack readings. */
const WHOLE = 0.95;
/** Days next to each other in the table of days. */
const ABREAST = 3;

function monthsTable({ words, format }: Printing, register: Register): Table {
  const { readings } = words;
  const unit = unitText(register.unit);
  const running = register.months.at(-1)?.month;
  return {
    kind: 'table',
    columns: [
      { title: readings.month, share: 2 },
      { title: readings.register(unit), share: 3, align: 'right' },
      { title: readings.used(unit), share: 3, align: 'right' },
      { title: readings.daysWithUse, share: 2, align: 'right' },
      { title: readings.share, share: 2, align: 'right' },
      { title: readings.remark, share: 4 },
    ],
    rows: register.months.map((month) => [
      format.date(month.month),
      month.last === null ? '' : format.number(month.last, REGISTER_DIGITS),
      month.amount === null ? '' : format.number(month.amount, AMOUNT_DIGITS),
      format.number(month.days_with_use),
      month.coverage === null ? '' : format.percent(month.coverage, 0),
      month.equal
        ? readings.equal
        : month.month === running
          ? readings.running
          : (month.coverage ?? 0) < WHOLE
            ? readings.partial
            : '',
    ]),
    empty: words.none,
  };
}

/** Days down the page, three columns of them. */
function daysTable({ words, format }: Printing, register: Register): Table {
  const unit = unitText(register.unit);
  const { readings } = words;
  const length = Math.ceil(register.days.length / ABREAST);
  const titles = [
    { title: readings.day, share: 3 },
    { title: readings.register(unit), share: 4, align: 'right' as const },
    { title: readings.used(unit), share: 3, align: 'right' as const },
  ];
  return {
    kind: 'table',
    dense: true,
    columns: Array.from({ length: ABREAST }, () => titles).flat(),
    rows: Array.from({ length }, (_, row) =>
      Array.from({ length: ABREAST }, (_unused, column) => {
        const day = register.days[column * length + row];
        if (day === undefined) return ['', '', ''];
        return [
          format.date(day.day),
          day.last === null ? '–' : format.number(day.last, REGISTER_DIGITS),
          day.amount === null ? '–' : format.number(day.amount, AMOUNT_DIGITS),
        ];
      }).flat(),
    ),
  };
}

const text = (said: string): Block => ({ kind: 'paragraph', text: said });

function factBlocks({ pack, words, format, language }: Printing): Block[] {
  const { readings } = words;
  const { missing_days: missing, conflicts, exceptions, corrections } = pack.readings;
  const events = pack.readings.register_events;
  const unit = pack.register?.unit ?? '';
  const blocks: Block[] = [
    { kind: 'heading', text: readings.factsTitle, level: 3 },
    text(
      missing.length === 0
        ? readings.missingNone
        : `${readings.missing(missing.length)} ${missing
            .map(({ day, coverage }) => `${format.date(day)} (${format.percent(coverage, 0)})`)
            .join(', ')}.`,
    ),
    text(conflicts.count === 0 ? readings.conflictsNone : readings.conflicts(conflicts.count)),
    text(exceptions.count === 0 ? readings.exceptionsNone : readings.exceptions(exceptions.count)),
  ];
  if (exceptions.items.length > 0)
    blocks.push({
      kind: 'table',
      columns: [
        { title: readings.from, share: 3 },
        { title: readings.to, share: 3 },
        { title: readings.what, share: 8 },
        { title: readings.level, share: 2 },
      ],
      rows: exceptions.items.map((item) => [
        format.instant(item.from),
        format.instant(item.to),
        exceptionText({ ...item, unit }, language),
        readings.severity[item.severity],
      ]),
    });
  blocks.push(text(events.length === 0 ? readings.eventsNone : readings.events(events.length)));
  if (events.length > 0)
    blocks.push({
      kind: 'table',
      columns: [
        { title: readings.from, share: 3 },
        { title: readings.what, share: 4 },
        { title: readings.before, share: 3, align: 'right' },
        { title: readings.after, share: 3, align: 'right' },
        { title: readings.state, share: 3 },
      ],
      rows: events.map((event) => [
        format.instant(event.ts),
        readings.eventKinds[event.kind],
        format.number(event.before, REGISTER_DIGITS),
        event.after === null ? '' : format.number(event.after, REGISTER_DIGITS),
        readings.eventStates[event.state],
      ]),
    });
  blocks.push(
    text(
      corrections.count === 0 ? readings.correctionsNone : readings.corrections(corrections.count),
    ),
  );
  if (corrections.items.length > 0)
    blocks.push({
      kind: 'table',
      columns: [
        { title: readings.from, share: 3 },
        { title: readings.after, share: 3, align: 'right' },
        { title: readings.what, share: 6 },
      ],
      rows: corrections.items.map((item) => [
        format.instant(item.ts),
        format.number(item.value, REGISTER_DIGITS),
        `${item.method} (${item.code})`,
      ]),
    });
  return blocks;
}

/** What the register said: at both ends, by month, by day, and what is odd in it. */
export function readingsPart(printing: Printing): Block[] {
  const { pack, words, format } = printing;
  const { readings } = words;
  const { register, window } = pack;
  if (register === null)
    return [
      {
        kind: 'paragraph',
        text: hasRegister(pack) ? words.summary.noReadings : words.summary.noRegister,
        style: 'strong',
      },
    ];
  const unit = unitText(register.unit);
  const at = (reading: { readonly ts: string; readonly value: number } | null): string =>
    reading === null
      ? words.none
      : readings.at(
          `${format.number(reading.value, REGISTER_DIGITS)} ${unit}`,
          format.instant(reading.ts),
        );
  const series: LineSeries = {
    label: readings.used(unit),
    points: register.days.map(({ day, amount }) => [Date.parse(`${day}T00:00:00Z`), amount]),
  };
  return [
    {
      kind: 'paragraph',
      text: readings.lead(
        format.instant(window.from),
        format.instant(window.to),
        register.days.length,
      ),
    },
    {
      kind: 'facts',
      pairs: [
        [readings.start, at(register.start)],
        [readings.end, at(register.end)],
        [
          readings.amount,
          register.amount === null
            ? words.none
            : `${format.number(register.amount, AMOUNT_DIGITS)} ${unit}`,
        ],
      ],
    },
    {
      kind: 'lines',
      series: [series],
      formatX: (x) => format.date(new Date(x).toISOString().slice(0, 10)),
      formatY: (y) => format.number(y, y !== 0 && Math.abs(y) < 1 ? 2 : 0),
      caption: readings.dailyCaption(unit),
    },
    { kind: 'heading', text: readings.monthsTitle, level: 3 },
    monthsTable(printing, register),
    { kind: 'paragraph', text: readings.equalNote, style: 'note' },
    ...factBlocks(printing),
    { kind: 'heading', text: readings.daysTitle, level: 3 },
    daysTable(printing, register),
  ];
}
