/** `GET /keys`: every key that has signed here, and how much of each waits for the ledger. */
import type { TArray, TBoolean, TInteger, TObject, TString } from 'typebox';
import { Closed, Type } from '../../service/schema.ts';
import type { OperatorRoute } from './operator-route.ts';
import { problems } from './schemas.ts';

export const KeyUses: TObject<{
  keys: TArray<TObject<{ kid: TString; isPresent: TBoolean; waiting: TInteger }>>;
}> = Closed({
  keys: Type.Array(Closed({ kid: Type.String(), isPresent: Type.Boolean(), waiting: Type.Integer() })),
});

export const addGetKeys: OperatorRoute = (app, { issuer, onRequest }) => {
  const schema = {
    tags: ['operator'],
    security: [{ operator: [] }],
    response: { 200: KeyUses, ...problems },
  };
  app.get('/keys', { onRequest, schema }, async () => ({ keys: [...(await issuer.rotation.uses())] }));
};
