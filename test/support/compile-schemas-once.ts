/**
 * For mocha's `--require`: a process of tests builds hundreds of services, and fastify compiles the schemas of all
 * their routes each time, which is a third of what such tests take. Here the compilers that fastify takes when it is
 * given none keep, for the life of the process, what they made of a schema.
 */
import { createRequire } from 'node:module';

type Compiled = (...values: readonly unknown[]) => unknown;
type Compile = (route: { readonly schema: unknown }) => Compiled;
/** From the schemas that others refer to, and settings. */
type CompilerOf = (shared: unknown, settings: unknown) => Compile;

const fromFastify = createRequire(createRequire(import.meta.url).resolve('fastify'));

for (const name of ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler']) {
  const path = fromFastify.resolve(name);
  // What both packages export, as fastify calls it.
  const select = fromFastify(path) as () => CompilerOf;
  const compilerOf = onceEach(
    (...given: Parameters<CompilerOf>) => given,
    (...given) => onceEach(({ schema }) => schema, select()(...given)),
  );
  const loaded = fromFastify.cache[path];
  if (loaded === undefined) throw new Error(`${name} is not where fastify loads it from`);
  loaded.exports = () => compilerOf;
}

/** Calls `make` once for all that `keyOf` makes the same JSON of. */
function onceEach<Given extends readonly unknown[], Made>(
  keyOf: (...given: Given) => unknown,
  make: (...given: Given) => Made,
): (...given: Given) => Made {
  const made = new Map<string, Made>();
  return (...given) => {
    const key = JSON.stringify(keyOf(...given));
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(...given);
    made.set(key, fresh);
    return fresh;
  };
}
