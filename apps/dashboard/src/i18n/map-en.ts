/** Texts of maps. */
export const mapEn = {
  label: (count: string) => `Map of ${count} devices`,
  keys: 'Arrow keys move the map, + and − zoom, 0 shows all. With the wheel: hold Ctrl, or click the map first.',
  nearer: 'Zoom in',
  farther: 'Zoom out',
  all: 'Show all',
  metres: (length: string) => `${length} m`,
  kilometres: (length: string) => `${length} km`,
  cluster: (count: string) => `${count} devices here`,
  legend: 'Recommendation',
  list: 'The same as a list',
  device: 'Device',
  place: 'Latitude, longitude',
  area: 'Area',
  address: 'Address',
  view: 'View',
  views: { list: 'List', map: 'Map' },
  lead: 'Devices where they stand, by what is recommended, with the outline of their area. No map of streets lies below: nothing is fetched from outside.',
  none: 'No device has coordinates. Give `lat` and `lon` with `verimeter import devices`.',
  some: (count: string, all: string) => `${count} of ${all} devices have coordinates.`,
  most: (count: string) =>
    `Only the first ${count} devices are on the map; choose an area or a kind.`,
};
export type MapTexts = typeof mapEn;
