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
  { grid }: WaterFleetInput,
  prepared: readonly PreparedDistrict[],
  lookAgain: LookAgain,
): PreparedDistrict[] {
  const perDay = Math.max(1, Math.round(DAY_US / grid.stepUs));
  const balances = prepared.map(({ unaccounted }) => unaccounted);
  const exchanges = findExchanges(balances, { perDay });
  return prepared.map((own, index) => {
    const mine = exchanges.filter(({ giver, taker }) => giver === index || taker === index);
    if (mine.length === 0) return own;
    const view: FleetInput = { grid, meters: [], areas: [] };
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
