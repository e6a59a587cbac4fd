/** UCUM units as people write them. */
const LABELS: Readonly<Record<string, string>> = { 'kW.h': 'kWh', m3: 'm³', Cel: '°C' };

export const unitText = (unit: string): string => LABELS[unit] ?? unit;
