/** What a printed document says, in order. Texts are ready: in the language of the reader, with units and percent. */
export interface DocumentContent {
  readonly title: string;
  /** Below the title. */
  readonly subtitle?: string;
  /** Who issues it: stands in the head of each page. */
  readonly issuer: string;
  /** Names the document in the foot of each page, so that one sheet can be traced. */
  readonly reference: string;
  /** `1 / 3` from page and pages. */
  readonly pageLabel: (page: number, pages: number) => string;
  /** Milliseconds since 1970; written into the file, so that equal contents give equal bytes. */
  readonly createdAtMs: number;
  readonly language: 'vi' | 'en';
  readonly blocks: readonly Block[];
}

export type Block =
  | Heading
  | Paragraph
  | Facts
  | Table
  | IntervalFigure
  | LineFigure
  | Code
  | Signatures
  | Task
  | { readonly kind: 'page_break' };

interface Heading {
  readonly kind: 'heading';
  readonly text: string;
  /** 2: a part; 3: within one. */
  readonly level: 2 | 3;
}

interface Paragraph {
  readonly kind: 'paragraph';
  readonly text: string;
  readonly style?: 'normal' | 'note' | 'strong';
}

/** Names and values, two pairs to a line; one whose value needs more than two lines there has the width for itself. */
export interface Facts {
  readonly kind: 'facts';
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

export interface TableColumn {
  readonly title: string;
  /** Share of the width; of the others' shares. */
  readonly share: number;
  readonly align?: 'left' | 'right';
}

/** Its head is repeated on each page; a row is never broken. */
export interface Table {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Said where there is no row. */
  readonly empty?: string;
  /** Small type, little space: for many rows that are looked up, not read. */
  readonly dense?: boolean;
}

/** An estimate with its interval against a limit, on a scale of that limit. */
export interface IntervalFigure {
  readonly kind: 'interval';
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  /** Said below, since a drawing is mute. */
  readonly caption: string;
}

export interface LineSeries {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

/** Lines over time; a gap where y is null. */
export interface LineFigure {
  readonly kind: 'lines';
  readonly series: readonly LineSeries[];
  /** Horizontal band from -limit to +limit. */
  readonly limit?: number;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly caption: string;
}

/** A QR code beside what it says. */
export interface Code {
  readonly kind: 'code';
  readonly text: string;
  readonly label: string;
}

/** Lines to sign on, side by side. */
export interface Signatures {
  readonly kind: 'signatures';
  readonly titles: readonly string[];
}

/** Something to be done and written down by hand: what and why, a QR code, boxes to tick and lines to fill. Never broken over pages. */
export interface Task {
  readonly kind: 'task';
  readonly title: string;
  /** Beside the title, at the right. */
  readonly mark: string;
  readonly lines: readonly string[];
  /** What the QR code says; the reader of the code opens it. */
  readonly code: string;
  readonly boxes: readonly string[];
  readonly fields: readonly { readonly label: string; readonly share: number }[];
}
