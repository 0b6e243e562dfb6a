/**
 * COSE_Sign1 through npm `@ldclabs/cose-ts` (over @noble and cborg, nothing of ours). It is published for bundlers: its
 * files name each other without `.js`, which Node is told here, for its files alone.
 */
import { registerHooks } from 'node:module';

export interface CheckedSign1 {
  readonly payload: Uint8Array;
  readonly kid: Uint8Array;
}

interface Sign1Module {
  readonly Sign1Message: {
    fromBytes(
      key: object,
      cose: Uint8Array,
    ): { readonly payload: Uint8Array; readonly protected: { getBytes(label: number): Uint8Array } };
  };
}

interface EcdsaModule {
  readonly ECDSAKey: { fromPublic(point: Uint8Array): object };
}

const OWN_FILE = /\/@ldclabs\/cose-ts\/dist\//;
const KID = 4;

/** Throws unless the signature is by this key. @param publicKey 65 bytes, SEC 1 */
export async function checkSign1(cose: Uint8Array, publicKey: Uint8Array): Promise<CheckedSign1> {
  using _hooks = withExtensions();
  // Their declarations, as far as they are used here.
  const { Sign1Message } = (await import('@ldclabs/cose-ts/sign1')) as unknown as Sign1Module;
  const { ECDSAKey } = (await import('@ldclabs/cose-ts/ecdsa')) as unknown as EcdsaModule;
  const { payload, protected: header } = Sign1Message.fromBytes(ECDSAKey.fromPublic(publicKey), cose);
  return { payload, kid: header.getBytes(KID) };
}

function withExtensions(): Disposable {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('./') && OWN_FILE.test(context.parentURL ?? '')
        ? next(`${specifier}.js`, context)
        : next(specifier, context),
  });
  return { [Symbol.dispose]: () => hooks.deregister() };
}
