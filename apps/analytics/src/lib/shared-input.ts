import type { FleetInput } from '@verimeter/drift';

/**
 * The same input with its series in shared memory, so that every thread sees all meters without a copy of its own. Buffers
 * are copied once each: several series are views of one matrix.
 */
export function inSharedMemory(input: FleetInput): FleetInput {
  const moved = new Map<ArrayBufferLike, SharedArrayBuffer>();
  const share = (series: Float64Array): Float64Array => {
    if (series.buffer instanceof SharedArrayBuffer) return series;
    let buffer = moved.get(series.buffer);
    if (buffer === undefined) {
      buffer = new SharedArrayBuffer(series.buffer.byteLength);
      new Uint8Array(buffer).set(new Uint8Array(series.buffer));
      moved.set(series.buffer, buffer);
    }
    return new Float64Array(buffer, series.byteOffset, series.length);
  };
  return {
    ...input,
    meters: input.meters.map((meter) => ({
      ...meter,
      importRegister: share(meter.importRegister),
      ...(meter.exportRegister === undefined
        ? {}
        : { exportRegister: share(meter.exportRegister) }),
      voltages: meter.voltages.map(share),
    })),
  };
}
