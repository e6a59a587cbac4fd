import {
  type DeviceResult,
  type LotTrend,
  lotTrendEvidence,
  type WaterAnswers,
  type WaterFleetInput,
} from '@verimeter/drift';

type Said = WaterAnswers['said'][number];

/** What water meters are told of their lot, where the sign of its trend is certain: beside the evidence of each, last. */
export function withLotTrends(
  said: readonly Said[],
  meters: WaterFleetInput['meters'],
  lots: readonly LotTrend[],
): readonly Said[] {
  const byLot = new Map(
    lots.flatMap((trend) => {
      const evidence = lotTrendEvidence(trend);
      return evidence === undefined ? [] : [[trend.lot, evidence] as const];
    }),
  );
  if (byLot.size === 0) return said;
  const lotOf = new Map(meters.map(({ deviceId, lot }) => [deviceId, lot]));
  return said.map((one) => {
    const { deviceId } = 'fixed' in one ? one.fixed : one.estimated.result;
    const evidence = byLot.get(lotOf.get(deviceId) ?? '');
    return evidence === undefined ? one : withEvidence(one, evidence);
  });
}

function withEvidence(one: Said, added: DeviceResult['evidence'][number]): Said {
  if ('fixed' in one) return { fixed: withItem(one.fixed, added) };
  const { estimated } = one;
  return { ...one, estimated: { ...estimated, result: withItem(estimated.result, added) } };
}

const withItem = (result: DeviceResult, added: DeviceResult['evidence'][number]): DeviceResult => ({
  ...result,
  evidence: [...result.evidence, added],
});
