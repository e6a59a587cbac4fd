import type { EvidenceItem, FleetInput } from '../fleet-types.ts';
import { instantOf, restartItem } from '../gate-evidence.ts';
import type { PreparedDistrict } from './district-analysis.ts';
import { findExchanges, type FlowExchange } from './flow-exchange.ts';
import type { WaterFleetInput } from './water-types.ts';

const DAY_US = 86_400e6;

/** Looks at a district once more, on what is read of its members from a grid point on. */
type LookAgain = (prepared: PreparedDistrict, since: number) => PreparedDistrict;

/**
 * Districts that exchanged water within the window are no longer what their lists say. While they still do, nothing is said of their members; where it has
 * ended only what came after counts.
 */
export function withTopology(
  { grid, meters }: WaterFleetInput,
  prepared: readonly PreparedDistrict[],
  lookAgain: LookAgain,
): PreparedDistrict[] {
  const perDay = Math.max(1, Math.round(DAY_US / grid.stepUs));
  const balances = prepared.map(({ unaccounted }) => unaccounted);
  const found = findExchanges(balances, { perDay });
  const view: FleetInput = { grid, meters: [], areas: [] };
  const relisted = found.flatMap((exchange) => relistedIn(prepared, exchange) ?? []);
  const exchanges = found.filter((one) => relisted.every(({ exchange }) => exchange !== one));
  return prepared.map((district, index) => {
    const own = relisted
      .filter(({ exchange }) => exchange.giver === index)
      .reduce((known, one) => withCustomer(known, one, { meters, view, perDay }), district);
    const mine = exchanges.filter(({ giver, taker }) => giver === index || taker === index);
    if (mine.length === 0) return own;
    const items = mine.map((exchange) => exchangeItem(view, prepared, index, exchange, perDay));
    const ended = lastEnd(mine);
    if (ended === undefined)
      return {
        ...own,
        status: 'topology_changed',
        evidence: undefined,
        misfiled: [],
        candidates: [],
        items: [...own.items, ...items],
      };
    const since = (ended + 1) * perDay;
    const again = lookAgain(own, since);
    const isJudged = again.evidence !== undefined || again.tooShort;
    return {
      ...again,
      status: isJudged ? 'topology_changed' : again.status,
      tooShort: false,
      items: [...items, restartItem(view, since), ...again.items],
    };
  });
}

interface Relisted {
  readonly exchange: FlowExchange;
  readonly meter: number;
}

/**
 * What looks like water that one district gives another is one meter that only the lists moved: the balance of the district that it is listed in now does not
 * feed it, and the one that it was listed in before still does.
 */
function relistedIn(
  prepared: readonly PreparedDistrict[],
  exchange: FlowExchange,
): Relisted | undefined {
  if (exchange.kind === 'closed') return undefined;
  const before = prepared[exchange.giver]?.district;
  const found = prepared[exchange.taker]?.misfiled.find(({ meter }) =>
    before?.members.some((member) => member.meter === meter && member.toUs <= before.asOfUs),
  );
  return found && { exchange, meter: found.meter };
}

/** A district with a customer that its list has no more: nothing is said of the errors of its members. */
function withCustomer(
  own: PreparedDistrict,
  { exchange, meter }: Relisted,
  {
    meters,
    view,
    perDay,
  }: {
    readonly meters: WaterFleetInput['meters'];
    readonly view: FleetInput;
    readonly perDay: number;
  },
): PreparedDistrict {
  const at = instantOf(view, exchange.day * perDay);
  const deviceId = meters[meter]?.deviceId ?? '';
  return {
    ...own,
    status: 'unregistered_consumer',
    evidence: undefined,
    candidates: [
      ...own.candidates.filter((known) => known.meter !== meter),
      // of hours at which both balances leave over the opposite
      { meter, correlation: -exchange.agreement },
    ],
    items: [...own.items, { code: 'arrived_meter', values: { device_id: deviceId, at } }],
  };
}

/** The last day of water that came from or went to others; undefined while some still does. */
function lastEnd(exchanges: readonly FlowExchange[]): number | undefined {
  const byPair = Map.groupBy(exchanges, ({ giver, taker }) =>
    JSON.stringify([Math.min(giver, taker), Math.max(giver, taker)]),
  );
  let last = -1;
  for (const own of byPair.values()) {
    const latest = own.at(-1);
    if (latest === undefined || latest.kind === 'opened') return undefined;
    last = Math.max(last, latest.day);
  }
  return last;
}

function exchangeItem(
  view: FleetInput,
  prepared: readonly PreparedDistrict[],
  index: number,
  { giver, taker, day, kind, litresPerHour, agreement }: FlowExchange,
  perDay: number,
): EvidenceItem {
  const other = prepared[giver === index ? taker : giver]?.district.groupId ?? '';
  return {
    code: kind === 'opened' ? 'water_exchange_began' : 'water_exchange_ended',
    values: {
      at: instantOf(view, day * perDay),
      group_id: other,
      litres_per_hour: giver === index ? litresPerHour : -litresPerHour,
      agreement,
    },
  };
}
