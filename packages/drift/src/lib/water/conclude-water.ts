import type { AreaResult, DeviceResult } from '../fleet-types.ts';
import { type AnswerRules, decide, type Estimated } from '../health-decision.ts';
import type { TenantLists } from '../tenant-lists.ts';
import { type WaterMeterStatement, withStatement } from '../water-meter/water-meter-findings.ts';
import type { WaterFleetResult } from './water-types.ts';

/** Days from CONTRACTS.md 4; worn meters lose 20 % of their own accord, a bypass starts at 30 %. */
const RULES: AnswerRules = { reverifyDays: 45, tamperError: -0.27 };

/** What is said of a water meter: in full, or but for what the lists of the tenant decide. */
export type SaidOfWaterMeter =
  | { readonly fixed: DeviceResult }
  | {
      readonly estimated: Estimated;
      /** Said where the lists leave an answer that claims nothing about the meter. */
      readonly unlessClaimed?: WaterMeterStatement;
    };

/** Everything that is said of the water meters of a tenant before its lists are known. Can be sent between threads. */
export interface WaterAnswers {
  /** In the order of the meters. */
  readonly said: readonly SaidOfWaterMeter[];
  readonly areas: readonly AreaResult[];
}

/** What water meters bring to the lists of their tenant: estimates that are published, not those of meters of which something else is said. */
export function listedWaterMeters({ said }: Pick<WaterAnswers, 'said'>): DeviceResult[] {
  return said.flatMap((one) => ('estimated' in one ? one.estimated.result : []));
}

/** What is said of every water meter once the lists are known. */
export function concludeWater({ said, areas }: WaterAnswers, lists: TenantLists): WaterFleetResult {
  return {
    areas,
    devices: said.map((one) =>
      'fixed' in one
        ? one.fixed
        : withStatement(decide(one.estimated, lists, RULES), one.unlessClaimed),
    ),
  };
}
