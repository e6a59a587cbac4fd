import fc from 'fast-check';

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

/** Longest text and list that are made; what is beyond is for tests of bounds. */
const LONGEST = 40;
const MOST_ITEMS = 4;

/** Values that a schema allows, and by `names` values that are there for properties of a name. */
export function schemaArbitrary(
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  names: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  const known: fc.Arbitrary<unknown>[] = [];
  if (schema.examples !== undefined && schema.examples.length > 0)
    known.push(fc.constantFrom(...schema.examples));
  if (schema.default !== undefined) known.push(fc.constant(schema.default));
  const made = ofSchema(
    schema,
    (part) => schemaArbitrary(part, components, names),
    components,
    names,
  );
  return known.length === 0 ? made : fc.oneof(...known, made);
}

type Make = (part: JsonSchema) => fc.Arbitrary<unknown>;

function ofSchema(
  schema: JsonSchema,
  make: Make,
  components: Readonly<Record<string, JsonSchema>>,
  names: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const part = components[schema.$ref.replace('#/components/schemas/', '')];
    if (part === undefined) throw new Error(`no schema ${schema.$ref}`);
    return make(part);
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(make));
  if (schema.allOf !== undefined)
    return fc
      .tuple(...schema.allOf.map(make))
      .map((parts) => parts.reduce<unknown>((whole, part) => Object.assign({}, whole, part), {}));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => make({ ...schema, type })));
  switch (schema.type) {
    case 'object':
      return ofObject(schema, make, names);
    case 'array':
      return ofArray(schema, make);
    case 'integer':
      return fc.integer(boundsOf(schema, 1));
    case 'number':
      return fc.double({ ...boundsOf(schema, 0), noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return ofText(schema);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function ofObject(
  schema: JsonSchema,
  make: Make,
  names: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, part]) => {
      const values = names[name];
      return [
        name,
        values === undefined ? make(part) : fc.oneof(fc.constantFrom(...values), make(part)),
      ];
    }),
  );
  const record = fc.record(fields, { requiredKeys: [...(schema.required ?? [])] });
  const rest = schema.additionalProperties;
  if (typeof rest !== 'object') return record;
  const key =
    schema.propertyNames === undefined
      ? fc.string({ minLength: 1, maxLength: 10 })
      : make(schema.propertyNames).map(String);
  return fc
    .tuple(record, fc.dictionary(key, make(rest), { maxKeys: 3, noNullPrototype: true }))
    .map(([given, further]) => ({ ...further, ...given }));
}

function ofArray(schema: JsonSchema, make: Make): fc.Arbitrary<unknown> {
  if (schema.prefixItems !== undefined) return fc.tuple(...schema.prefixItems.map(make));
  const minLength = schema.minItems ?? 0;
  const maxLength = Math.max(minLength, Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS));
  return fc.array(make(schema.items ?? {}), { minLength, maxLength });
}

function boundsOf(schema: JsonSchema, step: number): { min: number; max: number } {
  const min = schema.minimum ?? (schema.exclusiveMinimum ?? -1e9) + step;
  const max = schema.maximum ?? (schema.exclusiveMaximum ?? 1e9) - step;
  return { min: Math.max(min, -1e15), max: Math.min(max, 1e15) };
}

function ofText(schema: JsonSchema): fc.Arbitrary<string> {
  switch (schema.format) {
    case 'date':
      return fc
        .date({ min: new Date('1990-01-01Z'), max: new Date('2099-12-31Z'), noInvalidDate: true })
        .map((day) => day.toISOString().slice(0, 10));
    case 'date-time':
      return fc
        .date({ min: new Date('2020-01-01Z'), max: new Date('2030-12-31Z'), noInvalidDate: true })
        .map((instant) => instant.toISOString());
    case undefined:
    default:
  }
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.max(minLength, Math.min(schema.maxLength ?? LONGEST, LONGEST));
  return fc.string({ minLength, maxLength, unit: 'grapheme' });
}
