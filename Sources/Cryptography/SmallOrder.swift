/// The encodings of Ed25519's eight points of small order, under which a signature says nothing about its maker.
enum SmallOrder {
    /// The y coordinates, little-endian, those not reduced modulo p included; the sign bit is not looked at.
    private static let ordinates: [[UInt8]] = [
        [0x00] + [UInt8](repeating: 0, count: 31),
        [0x01] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [0xEE] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        Hexadecimal.decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")!,
        Hexadecimal.decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")!,
    ]

    static func contains(_ key: [UInt8]) -> Bool {
        ordinates.contains { $0.dropLast() == key.dropLast() && $0[31] == key[31] & 0x7F }
    }
}
