import type { Device, VerificationInputItem } from '@verimeter/api-schema';
import {
  type TestPoint,
  type VerificationOddity,
  checkVerification,
  errorLimit,
} from '@verimeter/metrology';

function toTestPoint(point: VerificationInputItem['points'][number]): TestPoint {
  const { test_point: testPoint, error, expanded_uncertainty: uncertainty, limit, pass } = point;
  return {
    testPoint,
    ...(error === null ? {} : { error }),
    ...(uncertainty === null ? {} : { expandedUncertainty: uncertainty }),
    ...(limit === null ? {} : { limit }),
    ...(pass === null ? {} : { pass }),
  };
}

/** What the API will warn of in a record, before it is sent. */
export function odditiesOf(
  input: VerificationInputItem,
  device: Pick<Device, 'kind' | 'accuracy_class' | 'serial'>,
): readonly VerificationOddity[] {
  const limits = errorLimit(device.kind, device.accuracy_class ?? undefined, undefined);
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
      ...(limits === undefined || limits.assumed ? {} : { limit: limits.limit }),
    },
  );
}
