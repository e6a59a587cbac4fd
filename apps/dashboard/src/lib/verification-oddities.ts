import type { Device, VerificationInputItem } from '@verimeter/api-schema';
import {
  type TestPoint,
  type VerificationOddity,
  checkVerification,
  pointLimit,
} from '@verimeter/metrology';
import type { PointDraft } from './verification-draft.ts';

type VerifiedDevice = Pick<Device, 'kind' | 'accuracy_class' | 'serial'>;

function toTestPoint(point: VerificationInputItem['points'][number]): TestPoint {
  const { test_point: testPoint, error, expanded_uncertainty: uncertainty, limit, pass } = point;
  const { load, power_factor: powerFactor, flow } = point;
  return {
    testPoint,
    ...(error === null ? {} : { error }),
    ...(uncertainty === null ? {} : { expandedUncertainty: uncertainty }),
    ...(limit === null ? {} : { limit }),
    ...(pass === null ? {} : { pass }),
    ...(load === null ? {} : { load }),
    ...(powerFactor === null ? {} : { powerFactor }),
    ...(flow === null ? {} : { flow }),
  };
}

/** What the class allows at a point that states no limit, a ratio. */
export function classLimit(device: VerifiedDevice, point: PointDraft): number | undefined {
  const { load, power_factor: powerFactor, flow } = point.kept;
  return pointLimit(device.kind, device.accuracy_class ?? undefined, {
    testPoint: point.name,
    ...(load === null ? {} : { load }),
    ...(powerFactor === null ? {} : { powerFactor }),
    ...(flow === null ? {} : { flow }),
  });
}

/** What the API will warn of in a record, before it is sent. */
export function odditiesOf(
  input: VerificationInputItem,
  device: VerifiedDevice,
): readonly VerificationOddity[] {
  return checkVerification(
    {
      result: input.result,
      certificateNo: input.certificate_no,
      points: input.points.map(toTestPoint),
      ...(input.valid_until === null ? {} : { validUntil: input.valid_until }),
      ...(input.seal_no === null ? {} : { sealNo: input.seal_no }),
      ...(input.serial === null ? {} : { serial: input.serial }),
    },
    {
      ...(device.serial === null ? {} : { serial: device.serial }),
      limitAt: (point) => pointLimit(device.kind, device.accuracy_class ?? undefined, point),
    },
  );
}
