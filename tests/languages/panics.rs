// SPDX-License-Identifier: MIT
//! A device that panics wherever it is called, as its parameter says.
use cardcage::abi::{self, Status};
use cardcage::{c, call, list, type_of, Archive, Device, Host, Values};

struct Panics {
    bytes: [u8; 4],
}

impl Device for Panics {
    fn create(_host: Host, values: &Values) -> Result<Self, String> {
        match values.number(0) {
            0 => Ok(Panics { bytes: [7; 4] }),
            1 => panic!("made of {}", "glass"),
            2 => Err("it is sold out".to_string()),
            _ => Err(format!("{} µ\0", "µ".repeat(1000))),
        }
    }
    fn reset(&mut self) {}
    fn read(&mut self, access: &abi::Access) -> Result<u64, Status> {
        Ok(self.bytes[access.offset as usize].into()) // the region is longer
    }
    fn state(&mut self, _archive: &Archive) {
        panic!("no state today");
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("not without a fight");
    }
}

static REGIONS: [&abi::Region; 1] = [&abi::Region {
    name: c!("registers"),
    spaces: abi::SPACE_PORT,
    size: 8,
    sizes: abi::SIZE_1,
    read: Some(call::read::<Panics>),
    ..abi::Region::NEW
}];

static PARAMS: [&abi::Param; 1] = [&abi::Param {
    key: c!("how"),
    kind: abi::KIND_U64,
    doc: c!("how it is not made"),
    max: 3,
    ..abi::Param::NEW
}];

static PANICS: abi::Type = abi::Type {
    id: c!("acme.panics"),
    summary: c!("panics"),
    params: list(&PARAMS),
    param_count: PARAMS.len() as u32,
    regions: list(&REGIONS),
    region_count: REGIONS.len() as u32,
    state: Some(call::state::<Panics>),
    state_version: 1,
    ..type_of::<Panics>()
};

cardcage::plugin! { name: "panics", version: "1.0.0", license: "MIT", types: [&PANICS] }
