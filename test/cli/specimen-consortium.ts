/** A consortium file with one issuer; nothing listens at its addresses. */
import { writeConsortiumFile, type ConsortiumIssuer } from '../../cli/consortium-file.ts';

export async function writeSpecimenConsortium(
  folder: string,
  issuer: Partial<ConsortiumIssuer> = {},
): Promise<void> {
  await writeConsortiumFile(folder, {
    version: 1,
    rpcUrl: 'http://127.0.0.1:1',
    chainId: 1,
    deployment: 'deployment.json',
    verifierUrl: 'http://127.0.0.1:1',
    issuers: [
      {
        name: 'HK-DH',
        did: 'did:web:hk-dh.example',
        url: 'http://issuer.test',
        jurisdiction: 'HK',
        operatorTokenFile: 'keys/operator.token',
        ...issuer,
      },
    ],
  });
}
