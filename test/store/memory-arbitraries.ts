import * as fc from 'fast-check';

/** Requests to DynamoDB of all the kinds that this project makes, and more, about a few items of one table. */

const attributes = ['n', 's', 'm', 'l', 'ss', 'ns', 'absent'] as const;

// As they come back: DynamoDB Local leaves numbers in documents, and of expressions, as they were written.
const number = fc.oneof(
  fc.integer({ min: -5, max: 20 }).map(String),
  fc.constantFrom('1.5', '0.001', '-2500', '12345678901234567890', '100000000000000000000'),
);
const string = fc.constantFrom('', 'a', 'ab', 'b', 'zz', 'é', '😀', '\uffee');
const scalar = fc.oneof(
  number.map((N) => ({ N })),
  string.map((S) => ({ S })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true }),
  fc.constantFrom('', 'YQ==', 'YWI=').map((B) => ({ B })),
);
const sets = fc.oneof(
  fc.uniqueArray(string, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 5 }).map(String), { minLength: 1, maxLength: 3 })
    .map((NS) => ({ NS })),
);
const list = fc.array(scalar, { maxLength: 3 }).map((L) => ({ L }));
const map = fc.dictionary(fc.constantFrom('x', 'y', '__proto__'), fc.oneof(scalar, list)).map((M) => ({ M }));
const value = fc.oneof({ weight: 3, arbitrary: scalar }, sets, list, map);

/** What an attribute mostly is, so that operations often find what they can work on. */
const fitting: Record<string, fc.Arbitrary<object>> = {
  n: number.map((N) => ({ N })),
  s: string.map((S) => ({ S })),
  m: map,
  l: list,
  ...{ ss: sets, ns: sets, absent: value },
};

const content = fc
  .subarray([...attributes.slice(0, 6)])
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fitting[name] ?? value]))));

/** An expression with what it refers to. */
export interface Expression {
  text: string;
  names: Record<string, string>;
  values: Record<string, object>;
}

const text = (whole: string): Expression => ({ text: whole, names: {}, values: {} });

function joined(parts: readonly (Expression | string)[]): Expression {
  const all = parts.map((part) => (typeof part === 'string' ? text(part) : part));
  return {
    text: all.map((part) => part.text).join(''),
    names: Object.assign({}, ...all.map(({ names }) => names)),
    values: Object.assign({}, ...all.map(({ values }) => values)),
  };
}

const path: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...attributes).map(text) },
  fc.constantFrom('m.x', 'm.y', 'l[0]', 'l[1]', 'm.x[0]', 'absent.x').map(text),
  fc.constantFrom('.x', '.y[0]').map((rest) => ({ text: `#m${rest}`, names: { '#m': 'm' }, values: {} })),
  fc
    .constantFrom(...attributes)
    .map((name) => ({ text: `#${name}`, names: { [`#${name}`]: name }, values: {} })),
);

const literalOf = (arbitrary: fc.Arbitrary<object>): fc.Arbitrary<Expression> =>
  fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.nat(9), arbitrary)
    .map(([letter, digit, one]) => ({
      text: `:${letter}${digit}`,
      names: {},
      values: { [`:${letter}${digit}`]: one },
    }));
const literal = literalOf(value);
const operand = fc.oneof(
  { weight: 3, arbitrary: path },
  { weight: 3, arbitrary: literal },
  path.map((of) => joined(['size(', of, ')'])),
);

const comparison = fc
  .tuple(operand, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), operand)
  .map(([left, operator, right]) => joined([left, ` ${operator} `, right]));

const { condition } = fc.letrec<{ condition: Expression; simple: Expression }>((tie) => ({
  simple: fc.oneof(
    { weight: 3, arbitrary: comparison },
    fc
      .constantFrom('exists', 'not_exists')
      .chain((how) => path.map((of) => joined([`attribute_${how}(`, of, ')']))),
    fc
      .tuple(fc.constantFrom('begins_with', 'contains'), path, literal)
      .map(([name, of, what]) => joined([name, '(', of, ', ', what, ')'])),
    fc
      .tuple(path, literalOf(fc.constantFrom('S', 'N', 'M', 'L', 'X').map((S) => ({ S }))))
      .map(([of, type]) => joined(['attribute_type(', of, ', ', type, ')'])),
    fc.tuple(path, literal, literal).map(([of, low, high]) => joined([of, ' BETWEEN ', low, ' AND ', high])),
    fc.tuple(path, literal, literal).map(([of, one, two]) => joined([of, ' IN (', one, ', ', two, ')'])),
  ),
  condition: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'condition' },
    { weight: 4, arbitrary: tie('simple') },
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('simple'))
      .map(([a, how, b]) => joined(['(', a, `) ${how} `, b])),
    tie('condition').map((of) => joined(['NOT (', of, ')'])),
  ),
}));

const added = literalOf(
  fc.oneof(
    number.map((N) => ({ N })),
    sets,
  ),
);
const assigned: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 3, arbitrary: literal },
  path,
  fc.tuple(path, fc.constantFrom(' + ', ' - '), literalOf(number.map((N) => ({ N })))).map(joined),
  fc.tuple(path, literal).map(([of, otherwise]) => joined(['if_not_exists(', of, ', ', otherwise, ')'])),
  fc.tuple(path, literalOf(list)).map(([of, more]) => joined(['list_append(', of, ', ', more, ')'])),
);
const several = (clause: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> =>
  fc
    .array(clause, { minLength: 1, maxLength: 3 })
    .map((clauses) => joined(clauses.flatMap((one, index) => (index ? [', ', one] : [one]))));
const sections: Record<string, fc.Arbitrary<Expression>> = {
  SET: several(fc.tuple(path, assigned).map(([to, what]) => joined([to, ' = ', what]))),
  REMOVE: several(path),
  ADD: several(fc.tuple(path, added).map(([to, what]) => joined([to, ' ', what]))),
  DELETE: several(fc.tuple(path, literalOf(sets)).map(([from, what]) => joined([from, ' ', what]))),
};
const update = fc
  .subarray(Object.keys(sections), { minLength: 1, maxLength: 2 })
  .chain((names) =>
    fc.tuple(...names.map((name) => (sections[name] ?? path).map((body) => joined([`${name} `, body, ' '])))),
  )
  .map(joined);

const broken = fc
  .constantFrom('', 'a =', 'status = :a0', '((a = b))', 'foo(a)', 'a b', 'a = #nope', 'size(a)', 'a = a', '$')
  .map(text);

/** Parameters of a request out of its expressions. */
const parameters = (expressions: Record<string, Expression | undefined>) => {
  const given = Object.entries(expressions).flatMap(([kind, one]) => (one ? [[kind, one] as const] : []));
  const { names, values } = joined(given.map(([, one]) => one));
  return {
    ...Object.fromEntries(given.map(([kind, one]) => [kind, one.text.trim()])),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
};

export interface Request {
  operation: string;
  input: object;
}

/** `run`: tells the items of one run from those of others. */
export function requests(TableName: string, run: () => string): fc.Arbitrary<Request> {
  const sorts = ['1', '2', 'LOG#3', 'LOG#4', 'LOG#é', 'LOG#😀', 'LOG#\uffee'];
  const key = fc
    .tuple(fc.constantFrom('p', 'q'), fc.constantFrom(...sorts))
    .map(([pk, sk]) => ({ pk: { S: `${run()}${pk}` }, sk: { S: sk } }));
  const listed = fc.option(fc.tuple(fc.constantFrom('g', 'h'), fc.constantFrom('1', '2', '3')), {
    nil: undefined,
  });
  const item = fc.tuple(key, content, listed).map(([of, rest, place]) => ({
    ...rest,
    ...of,
    // No two items of a group have one rank: which is first would be anybody's guess.
    ...(place && { group: { S: `${run()}${place[0]}` }, rank: { S: `${place[1]}${of.pk.S}${of.sk.S}` } }),
  }));
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const conditions = fc.oneof({ weight: 12, arbitrary: condition }, broken);
  const request = (operation: string, input: fc.Arbitrary<object>): fc.Arbitrary<Request> =>
    input.map((one) => ({ operation, input: { TableName, ...one } }));
  const returned = (...kinds: string[]) =>
    fc.constantFrom(...kinds).map((ReturnValues) => ({ ReturnValues }));
  const onFailure = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
  const put = fc
    .tuple(item, maybe(conditions), onFailure)
    .map(([Item, ConditionExpression, rest]) => ({ Item, ...rest, ...parameters({ ConditionExpression }) }));
  const remove = fc
    .tuple(key, maybe(conditions), onFailure)
    .map(([Key, ConditionExpression, rest]) => ({ Key, ...rest, ...parameters({ ConditionExpression }) }));
  const change = fc
    .tuple(key, fc.oneof({ weight: 12, arbitrary: update }, broken), maybe(conditions), onFailure)
    .map(([Key, UpdateExpression, ConditionExpression, rest]) => ({
      Key,
      ...rest,
      ...parameters({ UpdateExpression, ConditionExpression }),
    }));
  const check = fc
    .tuple(key, condition)
    .map(([Key, ConditionExpression]) => ({ Key, ...parameters({ ConditionExpression }) }));
  const projection = several(path);
  const merged = (...parts: fc.Arbitrary<object>[]) =>
    fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object);

  const sortCondition = fc.oneof(
    fc
      .tuple(fc.constantFrom('=', '<', '<=', '>', '>='), fc.constantFrom(...sorts))
      .map(([how, S]) => ({ text: ` AND SK ${how} :k`, values: { ':k': { S } } })),
    fc
      .constantFrom('LOG#', 'LO', '1')
      .map((S) => ({ text: ' AND begins_with(SK, :k)', values: { ':k': { S } } })),
    fc
      .tuple(fc.constantFrom(...sorts), fc.constantFrom(...sorts))
      .map(([a, b]) => ({ text: ' AND SK BETWEEN :k AND :l', values: { ':k': { S: a }, ':l': { S: b } } })),
  );
  const query = fc
    .record({
      isIndex: fc.boolean(),
      sort: maybe(sortCondition),
      filter: maybe(condition),
      shown: maybe(projection),
      Limit: maybe(fc.integer({ min: 1, max: 3 })),
      ScanIndexForward: maybe(fc.boolean()),
      Select: maybe(fc.constant('COUNT')),
    })
    .map(({ isIndex, sort, filter, shown, Select, ...rest }) => ({
      ...rest,
      ...(isIndex && { IndexName: 'byGroup' }),
      ...(Select && !shown && { Select }),
      ...parameters({
        KeyConditionExpression: {
          text: `#pk = :pk${sort ? sort.text.replace('SK', '#sk') : ''}`,
          names: { '#pk': isIndex ? 'group' : 'pk', ...(sort && { '#sk': isIndex ? 'rank' : 'sk' }) },
          values: { ':pk': { S: `${run()}${isIndex ? 'g' : 'p'}` }, ...sort?.values },
        },
        FilterExpression: filter,
        ProjectionExpression: isIndex ? undefined : shown,
      }),
    }));
  const action = fc.oneof(
    put.map((Put) => ({ Put: { TableName, ...Put } })),
    change.map((Update) => ({ Update: { TableName, ...Update } })),
    remove.map((Delete) => ({ Delete: { TableName, ...Delete } })),
    check.map((ConditionCheck) => ({ ConditionCheck: { TableName, ...ConditionCheck } })),
  );
  const others = (operation: string, input: fc.Arbitrary<object>) =>
    input.map((one) => ({ operation, input: one }));
  return fc.oneof(
    { weight: 4, arbitrary: request('PutItem', merged(put, returned('NONE', 'ALL_OLD'))) },
    {
      weight: 6,
      arbitrary: request(
        'UpdateItem',
        merged(change, returned('NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW')),
      ),
    },
    { weight: 2, arbitrary: request('DeleteItem', merged(remove, returned('NONE', 'ALL_OLD'))) },
    {
      weight: 2,
      arbitrary: request(
        'GetItem',
        fc
          .tuple(key, maybe(projection))
          .map(([Key, ProjectionExpression]) => ({ Key, ...parameters({ ProjectionExpression }) })),
      ),
    },
    { weight: 5, arbitrary: request('Query', query) },
    {
      weight: 3,
      arbitrary: others(
        'TransactWriteItems',
        fc.array(action, { minLength: 1, maxLength: 3 }).map((TransactItems) => ({ TransactItems })),
      ),
    },
    others(
      'TransactGetItems',
      fc
        .array(
          key.map((Key) => ({ Get: { TableName, Key } })),
          { minLength: 1, maxLength: 3 },
        )
        .map((TransactItems) => ({ TransactItems })),
    ),
    others(
      'BatchGetItem',
      fc
        .array(key, { minLength: 1, maxLength: 4 })
        .map((Keys) => ({ RequestItems: { [TableName]: { Keys } } })),
    ),
    others(
      'BatchWriteItem',
      fc
        .array(
          fc.oneof(
            item.map((Item) => ({ PutRequest: { Item } })),
            key.map((Key) => ({ DeleteRequest: { Key } })),
          ),
          { minLength: 1, maxLength: 3 },
        )
        .map((all) => ({ RequestItems: { [TableName]: all } })),
    ),
  );
}
