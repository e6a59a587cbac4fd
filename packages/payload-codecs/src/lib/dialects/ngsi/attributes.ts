/*
 * attribute                                     unit unless unitCode says      quantity
 * waterConsumption                              none: it has to be said        water_volume
 * totalActiveEnergyImport, …Export              kWh                            active_energy_import, active_energy_export
 * totalReactiveEnergyImport, …Export            kvarh                          reactive_energy_import, reactive_energy_export
 * totalActivePower, frequency                   W, Hz                          active_power, frequency
 * phaseVoltage, current {L1, L2, L3}            V, A                           voltage_l1..l3, current_l1..l3
 * pm25, pm10 / no2, o3, so2, co                 ug/m3 / none (FN-05)           pm2_5, pm10 / the same
 * co2, temperature, LAeq                        ppm, Cel, dB                   co2, temperature, noise
 * relativeHumidity                              a fraction of 1                humidity
 * alarmStopsLeaks / alarmTamper, moduleTampered 0 or 1                         events leak / tamper
 */

/** An attribute that is a reading; the unit is empty where only the sender or the source can tell. */
export type Attribute = readonly [quantity: string, unit: string];

export const ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map([
  ['waterConsumption', ['water_volume', '']],
  ['totalActiveEnergyImport', ['active_energy_import', 'kWh']],
  ['totalActiveEnergyExport', ['active_energy_export', 'kWh']],
  ['totalReactiveEnergyImport', ['reactive_energy_import', 'kvarh']],
  ['totalReactiveEnergyExport', ['reactive_energy_export', 'kvarh']],
  ['totalActivePower', ['active_power', 'W']],
  ['frequency', ['frequency', 'Hz']],
  ['temperature', ['temperature', 'Cel']],
  ['relativeHumidity', ['humidity', '/']],
  ['LAeq', ['noise', 'dB']],
]);

/** In lower case: senders write them as they like. */
export const POLLUTANTS: ReadonlyMap<string, Attribute> = new Map([
  ['pm25', ['pm2_5', 'ug/m3']],
  ['pm10', ['pm10', 'ug/m3']],
  ['no2', ['no2', '']],
  ['o3', ['o3', '']],
  ['so2', ['so2', '']],
  ['co', ['co', '']],
  ['co2', ['co2', 'ppm']],
]);
/** The longest name of a pollutant; lower case is made of no longer ones. */
export const MOST_POLLUTANT_LETTERS = 4;

/** Attributes with a value for each phase; without phases they are those of the first. */
export const PHASED: ReadonlyMap<string, Attribute> = new Map([
  ['phaseVoltage', ['voltage_', 'V']],
  ['current', ['current_', 'A']],
]);
/** N is never a phase (FN-04), and line-to-line values are no phase voltages. */
export const PHASES = [
  ['L1', 'l1'],
  ['L2', 'l2'],
  ['L3', 'l3'],
] as const;

export const ALARMS: ReadonlyMap<string, string> = new Map([
  ['alarmStopsLeaks', 'leak'],
  ['alarmTamper', 'tamper'],
  ['moduleTampered', 'tamper'],
]);

/** Members of entities that are no readings: not worth a mention as unknown. */
export const KNOWN: ReadonlySet<string> = new Set(
  'id type @context refDevice dateObserved dateObservedFrom dateObservedTo TimeInstant minFlow maxFlow alarmWaterQuality alarmFlowPersistence acquisitionStageFailure persistenceFlowDuration powerFactor location address name description source dataProvider createdAt modifiedAt dateCreated dateModified scope'.split(
    ' ',
  ),
);

/** Units by their UN/CEFACT code (recommendation 20). */
export const UNITS: ReadonlyMap<string, string> = new Map([
  ['LTR', 'L'],
  ['MLT', 'mL'],
  ['MTQ', 'm3'],
  ['E32', 'L/h'],
  ['L2', 'L/min'],
  ['MQH', 'm3/h'],
  ['MQS', 'm3/s'],
  ['WHR', 'Wh'],
  ['KWH', 'kWh'],
  ['MWH', 'MWh'],
  ['JOU', 'J'],
  ['K3', 'kvarh'],
  ['WTT', 'W'],
  ['KWT', 'kW'],
  ['VLT', 'V'],
  ['AMP', 'A'],
  ['HTZ', 'Hz'],
  ['CEL', 'Cel'],
  ['FAH', 'F'],
  ['KEL', 'K'],
  ['P1', '%'],
  ['C62', '/'],
  ['A97', 'hPa'],
  ['PAL', 'Pa'],
  ['KPA', 'kPa'],
  ['BAR', 'bar'],
  ['MBR', 'mbar'],
  ['GQ', 'ug/m3'],
  ['GP', 'mg/m3'],
  ['59', 'ppm'],
  ['61', 'ppb'],
  ['2N', 'dB'],
]);
