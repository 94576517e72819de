// class-transformer ships no declarations for the file that holds its metadata, which the schema generator needs.
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: import('class-transformer/types/MetadataStorage.js').MetadataStorage;
}
