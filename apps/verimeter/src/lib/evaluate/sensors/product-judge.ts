import { analyzeSensorFleet, type DeviceResult, type SensorNetworkInput } from '@verimeter/drift';
import type { ChannelAnswer, SensorJudge } from './sensor-judge.ts';

const DAY_US = 86_400_000_000;
/** Of the normal distribution, 95 % on both sides. */
const TWO_SIDED = 1.959964;

/** The product's own analysis, begun anew at every look with what was there by then. */
export function productJudge(input: SensorNetworkInput, zoneMinutes: number): SensorJudge {
  const channels = new Map(
    input.series.map(({ deviceId, quantity, role }, channel) => [
      `${deviceId} ${quantity}`,
      { channel, role },
    ]),
  );
  return {
    name: 'verimeter',
    look(day) {
      const asOfUs = input.grid.startUs + day * DAY_US;
      const result = analyzeSensorFleet({ zoneMinutes, networks: [{ ...input, asOfUs }] });
      return {
        answers: result.devices.flatMap((device) => {
          const found = channels.get(`${device.deviceId} ${device.quantity ?? ''}`);
          return found === undefined || found.role === 'reference'
            ? []
            : [answerOf(found.channel, device)];
        }),
        corrections: result.corrections,
        status: result.networks[0]?.status ?? '',
      };
    },
  };
}

function answerOf(channel: number, device: DeviceResult): ChannelAnswer {
  const { indication, recommendation: list, minimumDetectable } = device;
  const { errorEstimate, offsetEstimate, offsetStandardError } = device;
  const said = { channel, list, indication, minimumDetectable };
  if (errorEstimate !== undefined)
    return { ...said, estimate: errorEstimate, low: device.intervalLow, high: device.intervalHigh };
  if (offsetEstimate === undefined || offsetStandardError === undefined) return said;
  const half = TWO_SIDED * offsetStandardError;
  return {
    ...said,
    estimate: offsetEstimate,
    low: offsetEstimate - half,
    high: offsetEstimate + half,
  };
}
