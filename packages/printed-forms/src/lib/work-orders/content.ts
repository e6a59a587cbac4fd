import type { Language, PlanItem } from '@verimeter/api-schema';
import type { Block, DocumentContent } from '@verimeter/documents';
import { createFormat, type Format } from '../format.ts';
import { KIND_WORDS } from '../kinds.ts';
import { WORK_ORDER_WORDS, type WorkOrderWords } from './words.ts';

/** What is known of a device beside its place in the plan. */
export interface PlannedDevice {
  readonly model: string | null;
  readonly accuracyClass: string | null;
  /** Maximum permissible error of the class, a ratio; null: the class is not known. */
  readonly limit: number | null;
  /** Last result of a designated body. */
  readonly last: { readonly on: string; readonly result: 'pass' | 'fail' } | null;
}

export interface PrintedOrder {
  readonly number: string;
  readonly team: string;
  readonly day: number;
  readonly visitOn: string | null;
  readonly minutes: number;
  readonly items: readonly PlanItem[];
}

export interface PrintedPlan {
  readonly id: number;
  readonly period: string;
  readonly tenant: string;
  readonly zone: string;
  /** Milliseconds since 1970. */
  readonly printedAtMs: number;
  /** Where the dashboard is; null: the codes hold ids only. */
  readonly origin: string | null;
  readonly orders: readonly PrintedOrder[];
  readonly devices: ReadonlyMap<string, PlannedDevice>;
}

interface Printing {
  readonly plan: PrintedPlan;
  readonly language: Language;
  readonly words: WorkOrderWords;
  readonly format: Format;
}

/** The form in which a result is entered, with the device filled in. */
const codeOf = (origin: string | null, deviceId: string): string =>
  origin === null
    ? deviceId
    : `${origin}/#/verifications?new=1&device=${encodeURIComponent(deviceId)}`;

function taskOf({ plan, language, words, format }: Printing, item: PlanItem): Block {
  const device = plan.devices.get(item.device_id);
  const last = device?.last ?? null;
  const limit = device?.limit ?? null;
  const name = [
    KIND_WORDS[language][item.kind],
    device?.model ?? '',
    device?.accuracyClass == null ? '' : words.accuracyClass(device.accuracyClass),
    limit === null ? '' : words.limit(format.percent(limit, 1)),
  ].filter((part) => part !== '');
  const lines = [
    name.join(' · '),
    item.address ?? words.noAddress,
    `${words.why}: ${item.reasons.map(({ text }) => text).join(' ')}`,
    last === null
      ? words.neverVerified
      : words.last(format.date(last.on), words.results[last.result]),
  ];
  return {
    kind: 'task',
    title: `${item.device_id}${item.serial === null ? '' : ` · ${words.serial} ${item.serial}`}`,
    mark: words.stop(item.stop),
    lines,
    code: codeOf(plan.origin, item.device_id),
    boxes: [words.results.pass, words.results.fail],
    fields: words.fields,
  };
}

function orderBlocks(printing: Printing, order: PrintedOrder, isFirst: boolean): Block[] {
  const { words, format } = printing;
  return [
    ...(isFirst ? [] : [{ kind: 'page_break' as const }]),
    { kind: 'heading', text: words.order(order.number), level: 2 },
    {
      kind: 'facts',
      pairs: [
        [words.team, order.team],
        [words.date, order.visitOn === null ? words.noDate(order.day) : format.date(order.visitOn)],
        [words.stops, format.number(order.items.length)],
        [words.time, words.minutes(format.number(Math.round(order.minutes)))],
      ],
    },
    ...order.items.map((item) => taskOf(printing, item)),
    { kind: 'paragraph', text: words.invariant, style: 'note' },
    { kind: 'signatures', titles: words.signatures },
  ];
}

/** Work orders to take along: each on pages of its own, stops in the order of the way. */
export function workOrdersContent(plan: PrintedPlan, language: Language): DocumentContent {
  const words = WORK_ORDER_WORDS[language];
  const format = createFormat(language, plan.zone);
  const printing = { plan, language, words, format };
  return {
    title: words.title(format.date(plan.period)),
    issuer: words.issuer(plan.tenant),
    reference: words.reference(String(plan.id), plan.period),
    pageLabel: words.page,
    createdAtMs: plan.printedAtMs,
    language,
    blocks:
      plan.orders.length === 0
        ? [{ kind: 'paragraph', text: words.none }]
        : plan.orders.flatMap((order, index) => orderBlocks(printing, order, index === 0)),
  };
}
