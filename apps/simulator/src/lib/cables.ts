/** One conductor of a cable, per kilometre, at 20 degC. */
export interface Cable {
  readonly name: string;
  readonly ohmPerKm: number;
  /** Per conductor, with the mutual reactances folded in: the currents of the bundle add up to zero. */
  readonly reactancePerKm: number;
}

/**
 * Largest DC resistances of IEC 60228:2004, tables 2 (class 2, copper and aluminium). Reactances of bundled and
 * twisted low-voltage cores lie between 0.08 and 0.10 ohm/km at 50 Hz (manufacturers' tables; AS/NZS 3560.1).
 */
export const MAIN_CABLES = [
  { name: 'LV-ABC 4x120 Al', ohmPerKm: 0.253, reactancePerKm: 0.08 },
  { name: 'LV-ABC 4x95 Al', ohmPerKm: 0.32, reactancePerKm: 0.081 },
  { name: 'LV-ABC 4x70 Al', ohmPerKm: 0.443, reactancePerKm: 0.083 },
  { name: 'LV-ABC 4x50 Al', ohmPerKm: 0.641, reactancePerKm: 0.085 },
] as const satisfies readonly Cable[];

export const SINGLE_PHASE_SERVICES = [
  { name: 'Duplex 2x10 Cu', ohmPerKm: 1.83, reactancePerKm: 0.091 },
  { name: 'Duplex 2x16 Cu', ohmPerKm: 1.15, reactancePerKm: 0.086 },
  { name: 'LV-ABC 2x16 Al', ohmPerKm: 1.91, reactancePerKm: 0.092 },
  { name: 'Duplex 2x6 Cu', ohmPerKm: 3.08, reactancePerKm: 0.097 },
] as const satisfies readonly Cable[];

export const THREE_PHASE_SERVICES = [
  { name: 'LV-ABC 4x25 Al', ohmPerKm: 1.2, reactancePerKm: 0.088 },
  { name: 'Quadruplex 4x16 Cu', ohmPerKm: 1.15, reactancePerKm: 0.086 },
] as const satisfies readonly Cable[];

/** Temperature coefficient of resistance at 20 degC of aluminium (IEC 60228, annex A); copper 0.00393 is close. */
export const TEMPERATURE_COEFFICIENT = 0.00403;
