// SPDX-License-Identifier: MIT
//! A device in Rust, over cardcage.rs: a model to copy.
//!
//! Spec:     none; the sums are those of IEEE 802.3 (CRC-32) and RFC 3720, B.4 (CRC-32C).
//! Modelled: bytes taken in one by one, or from guest memory.
//! Missing:  transfers that take time: one is over when the write that began it is.
//! Guest may: name any address; where no memory is, STATUS says so and the sum stays. LENGTH ends at 64 KiB, so no
//!           write takes long.
//!
//! No guest makes it panic: offsets are matched with a last arm for all others, the table has a row for each byte,
//! numbers are cut to their width by `as` and never added, and nothing is unwrapped. Where a device of yours needs an
//! index or an addition, use `get`, `wrapping_add` and their like. A test here holds the compiled code to it; what it
//! looks for is easily looked for by hand:
//!
//!     nm --undefined-only crc32.o | grep panicking       # of: rustc --emit obj
use cardcage::abi::{self, Status};
use cardcage::{c, call, list, type_of, Archive, Device, Host, Values};

// --- Registers --------------------------------------------------------------------------------------

const DATA: u64 = 0x00; // -w 1 byte
const ADDRESS: u64 = 0x04; // rw
const LENGTH: u64 = 0x08; // -w
const LENGTH_BYTES: u32 = 0xffff;
const SUM: u64 = 0x0c; // rw
const STATUS: u64 = 0x10; // r-
const STATUS_ERROR: u32 = 0x1;

static CRC_32: [u32; 256] = table(0xedb8_8320);
static CRC_32C: [u32; 256] = table(0x82f6_3b78);

/// What each byte does to a sum, bits reversed as is usual.
const fn table(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = (sum >> 1) ^ if sum & 1 != 0 { polynomial } else { 0 };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

// --- The device -------------------------------------------------------------------------------------

struct Crc32 {
    host: Host,
    table: &'static [u32; 256],
    address: u32,
    sum: u32,
    status: u32,
}

impl Crc32 {
    /// The sum of all bytes so far and these.
    fn with(&self, sum: u32, bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!sum, |sum, byte| (sum >> 8) ^ self.table[(sum as u8 ^ byte) as usize])
    }

    fn take_memory(&mut self, length: u32) {
        let mut buffer = [0; 1024];
        let (mut address, mut left) = (u64::from(self.address), length as usize);
        let mut sum = self.sum;
        self.status = 0;
        while left > 0 {
            let size = left.min(buffer.len());
            let piece = &mut buffer[..size]; // never beyond: the compiler sees it, and leaves its check out
            if !self.host.read_memory(address, piece) {
                self.status = STATUS_ERROR;
                return;
            }
            sum = self.with(sum, piece);
            address = address.wrapping_add(size as u64);
            left -= size;
        }
        self.sum = sum;
    }
}

impl Device for Crc32 {
    fn create(host: Host, values: &Values) -> Result<Self, String> {
        // An enum comes as the index of its word.
        let table = if values.number(0) == 0 { &CRC_32 } else { &CRC_32C };
        Ok(Crc32 { host, table, address: 0, sum: 0, status: 0 })
    }

    fn reset(&mut self) {
        (self.address, self.sum, self.status) = (0, 0, 0);
    }

    fn read(&mut self, access: &abi::Access) -> Result<u64, Status> {
        match (access.offset, access.size) {
            (ADDRESS, 4) => Ok(self.address.into()),
            (SUM, 4) => Ok(self.sum.into()),
            (STATUS, 4) => Ok(self.status.into()),
            _ => Err(abi::UNCLAIMED),
        }
    }

    fn write(&mut self, access: &abi::Access) -> Result<(), Status> {
        let value = access.value as u32;
        match (access.offset, access.size) {
            (DATA, 1) => self.sum = self.with(self.sum, &[value as u8]),
            (ADDRESS, 4) => self.address = value,
            (LENGTH, 4) => self.take_memory(value & LENGTH_BYTES),
            (SUM, 4) => self.sum = value,
            _ => return Err(abi::UNCLAIMED),
        }
        Ok(())
    }

    fn state(&mut self, archive: &Archive) {
        archive.number(c!("address"), &mut self.address);
        archive.number(c!("sum"), &mut self.sum);
        archive.number(c!("status"), &mut self.status);
    }
}

// --- What it declares -------------------------------------------------------------------------------

const READ: u32 = abi::REGISTER_READ;
const WRITE: u32 = abi::REGISTER_WRITE;

static LENGTH_FIELDS: [&abi::Field; 1] =
    [&abi::Field { access: WRITE, high: 15, low: 0, name: c!("BYTES"), ..abi::Field::NEW }];

static STATUS_FIELDS: [&abi::Field; 1] = [&abi::Field {
    access: READ,
    name: c!("ERROR"), // bit 0
    doc: c!("the last transfer went where no memory is"),
    ..abi::Field::NEW
}];

static REGISTERS: [&abi::Register; 5] = [
    &abi::Register {
        offset: DATA,
        access: WRITE,
        width: 1,
        name: c!("DATA"),
        doc: c!("takes a byte in"),
        ..abi::Register::NEW
    },
    &abi::Register {
        offset: ADDRESS,
        access: READ | WRITE,
        width: 4,
        name: c!("ADDRESS"),
        doc: c!("where a transfer begins"),
        ..abi::Register::NEW
    },
    &abi::Register {
        offset: LENGTH,
        access: WRITE,
        width: 4,
        name: c!("LENGTH"),
        doc: c!("takes that many bytes in from guest memory"),
        fields: list(&LENGTH_FIELDS),
        field_count: LENGTH_FIELDS.len() as u32,
        ..abi::Register::NEW
    },
    &abi::Register {
        offset: SUM,
        access: READ | WRITE,
        width: 4,
        name: c!("SUM"),
        doc: c!("of all bytes so far; 0 written begins anew"),
        ..abi::Register::NEW
    },
    &abi::Register {
        offset: STATUS,
        access: READ,
        width: 4,
        name: c!("STATUS"),
        fields: list(&STATUS_FIELDS),
        field_count: STATUS_FIELDS.len() as u32,
        ..abi::Register::NEW
    },
];

static REGIONS: [&abi::Region; 1] = [&abi::Region {
    name: c!("registers"),
    spaces: abi::SPACE_PORT | abi::SPACE_MMIO,
    size: 0x14,
    sizes: abi::SIZE_1 | abi::SIZE_4,
    read: Some(call::read::<Crc32>),
    write: Some(call::write::<Crc32>),
    registers: list(&REGISTERS),
    register_count: REGISTERS.len() as u32,
    ..abi::Region::NEW
}];

static POLYNOMIALS: [abi::Text; 2] = [c!("crc32"), c!("crc32c")];

static PARAMS: [&abi::Param; 1] = [&abi::Param {
    key: c!("polynomial"),
    kind: abi::KIND_ENUM,
    doc: c!("which sum it is"),
    names: POLYNOMIALS.as_ptr(), // the first is the default
    name_count: POLYNOMIALS.len() as u32,
    ..abi::Param::NEW
}];

static CRC32: abi::Type = abi::Type {
    id: c!("example.crc32"),
    summary: c!("sums up bytes, given to it or in memory"),
    params: list(&PARAMS),
    param_count: PARAMS.len() as u32,
    regions: list(&REGIONS),
    region_count: REGIONS.len() as u32,
    state: Some(call::state::<Crc32>),
    state_version: 1,
    ..type_of::<Crc32>()
};

cardcage::plugin! { name: "crc32", version: "1.0.0", license: "MIT", types: [&CRC32] }
