// SPDX-License-Identifier: MIT
//! A device of Cardcage in Rust: the contract of cardcage/abi.h, and a little that makes it pleasant.
//!
//! [`abi`] mirrors the header, struct by struct under the header's names, and says nothing of its own: what a
//! function may do, on which thread and for how long, stands there. Around it:
//!
//! - [`Device`], what a device does. [`type_of`] gives the functions of it that every type has; the others are named
//!   in the type's tables, as `timer: Some(call::timer::<Mine>)`.
//! - [`Host`], [`Values`] and [`Archive`], what a device is given, in safe calls. What they leave out is reached by
//!   `host.abi()`.
//! - [`c!`] for the contract's texts, [`list`] for its lists, and [`plugin!`] for the entry.
//!
//! **Panics.** Nothing unwinds out of a device: each function of [`call`] catches a panic, and the device has then
//! failed ([`Host::failed`]): the host enters it no more but to pause and to end it, and the machine runs on. That is
//! the net, and no way to answer a guest. So build with panics that unwind, as rustc does unless it is told.
//!
//! Needs rustc 1.63 or later and no crate.

use std::any::Any;
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::slice;

/// cardcage/abi.h, ABI 0.1. `cardcage_access` is `Access` here, `CARDCAGE_ACCESS_WRITE` is `ACCESS_WRITE`, and a field
/// `self` is `self_`. A function that may be NULL is an `Option`, and so is each that a plugin fills in.
pub mod abi {
    use std::os::raw::{c_char, c_int, c_void};

    /// A `const char*` of the tables: NULL, or what [`c!`](crate::c) makes.
    #[repr(transparent)]
    #[derive(Clone, Copy)]
    pub struct Text(*const c_char);

    impl Text {
        pub const NULL: Text = Text(std::ptr::null());

        /// Of a literal with a 0 byte at its end, and no other.
        pub const fn new(literal: &'static str) -> Text {
            let bytes = literal.as_bytes();
            let mut size = 0;
            while bytes[size] != 0 {
                size += 1;
            }
            assert!(size + 1 == bytes.len(), "a text has a 0 byte inside");
            Text(bytes.as_ptr() as *const c_char)
        }
        #[inline]
        pub const fn as_ptr(self) -> *const c_char {
            self.0
        }
    }
    unsafe impl Sync for Text {} // nothing ever changes it

    pub const ABI_MAGIC: u32 = 0x65676163;
    pub const ABI_MAJOR: u16 = 0;
    pub const ABI_MINOR: u16 = 1;

    pub const ACCESS_WRITE: u8 = 0x1;
    pub const ACCESS_PEEK: u8 = 0x2;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Access {
        pub struct_size: u32,
        pub region: u32,
        pub offset: u64,
        pub value: u64,
        pub vcpu: u32,
        pub size: u8,
        pub flags: u8,
        pub reserved: u16,
    }

    pub type Status = u32;
    pub const OK: Status = 0;
    pub const UNCLAIMED: Status = 1;
    pub const PENDING: Status = 2;
    pub const FAILED: Status = 3;

    pub type AccessFunction = unsafe extern "C" fn(*mut c_void, *mut Access) -> Status;
    pub type BatchFunction =
        unsafe extern "C" fn(*mut c_void, *const Access, *mut c_void, u32) -> u32;

    pub const REGISTER_READ: u32 = 0x1;
    pub const REGISTER_WRITE: u32 = 0x2;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Field {
        pub struct_size: u32,
        pub access: u32,
        pub high: u32,
        pub low: u32,
        pub name: Text,
        pub doc: Text,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Register {
        pub struct_size: u32,
        pub access: u32,
        pub offset: u64,
        pub reset: u64,
        pub name: Text,
        pub doc: Text,
        pub width: u32,
        pub field_count: u32,
        pub fields: *const *const Field,
    }

    pub const SPACE_PORT: u32 = 0x1;
    pub const SPACE_MMIO: u32 = 0x2;

    pub const SIZE_1: u32 = 1;
    pub const SIZE_2: u32 = 2;
    pub const SIZE_4: u32 = 4;
    pub const SIZE_8: u32 = 8;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Region {
        pub struct_size: u32,
        pub spaces: u32,
        pub name: Text,
        pub size: u64,
        pub size_param: Text,
        pub sizes: u32,
        pub unaligned: u32,
        pub read: Option<AccessFunction>,
        pub write: Option<AccessFunction>,
        pub registers: *const *const Register,
        pub register_count: u32,
        pub reserved: u32,
        pub read_batch: Option<BatchFunction>,
        pub write_batch: Option<BatchFunction>,
    }

    pub const SIGNAL_EDGE: u32 = 0x1;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Signal {
        pub struct_size: u32,
        pub flags: u32,
        pub name: Text,
        pub doc: Text,
    }

    pub const KIND_BOOL: u32 = 1;
    pub const KIND_U64: u32 = 2;
    pub const KIND_SIZE: u32 = 3;
    pub const KIND_CHAR: u32 = 4;
    pub const KIND_ENUM: u32 = 5;
    pub const KIND_I64: u32 = 6;
    pub const KIND_ADDRESS: u32 = 7;
    pub const KIND_DURATION: u32 = 8;
    pub const KIND_FREQUENCY: u32 = 9;
    pub const KIND_STRING: u32 = 10;
    pub const KIND_PATH: u32 = 11;
    pub const KIND_BYTES: u32 = 12;
    pub const KIND_MAC: u32 = 13;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Value {
        pub struct_size: u32,
        pub kind: u32,
        pub u64: u64,
        pub text: Text,
        pub bytes: *const u8,
        pub length: u64,
        pub character: *const Char,
        pub items: *const *const Value,
        pub item_count: u32,
        pub reserved: u32,
    }

    pub const PARAM_REQUIRED: u32 = 0x1;
    pub const PARAM_LIST: u32 = 0x2;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Param {
        pub struct_size: u32,
        pub kind: u32,
        pub key: Text,
        pub doc: Text,
        pub unit: Text,
        pub since: Text,
        pub flags: u32,
        pub name_count: u32,
        pub names: *const Text,
        pub default_value: *const Value,
        pub min: u64,
        pub max: u64,
        pub min_length: u64,
        pub max_length: u64,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Counter {
        pub struct_size: u32,
        pub reserved: u32,
        pub name: Text,
        pub doc: Text,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Char {
        pub struct_size: u32,
        pub reserved: u32,
        pub self_: *mut c_void,
        pub write: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> usize,
        pub write_room: unsafe extern "C" fn(*mut c_void) -> usize,
        pub read: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> usize,
        pub readable: unsafe extern "C" fn(*mut c_void) -> bool,
        pub dropped: unsafe extern "C" fn(*mut c_void, usize),
    }

    pub const NEVER: u64 = u64::MAX;

    pub const FD_READ: u32 = 0x1;
    pub const FD_WRITE: u32 = 0x2;
    pub const FD_HANG_UP: u32 = 0x4;

    pub const LOG_ERROR: u32 = 1;
    pub const LOG_WARNING: u32 = 2;
    pub const LOG_INFO: u32 = 3;

    pub const MAP_WRITE: u32 = 0x1;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct View {
        pub struct_size: u32,
        pub reserved: u32,
        pub data: *mut u8,
        pub size: u64,
        pub address: u64,
        pub token: *mut c_void,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Host {
        pub struct_size: u32,
        pub abi_major: u16,
        pub abi_minor: u16,
        pub self_: *mut c_void,
        pub log: unsafe extern "C" fn(*mut c_void, u32, *const c_char),
        pub count: unsafe extern "C" fn(*mut c_void, u32, u64),
        pub failed: unsafe extern "C" fn(*mut c_void, *const c_char),
        pub stop: unsafe extern "C" fn(*mut c_void, u64),
        pub extension: unsafe extern "C" fn(*mut c_void, *const c_char) -> *const c_void,
        pub complete: unsafe extern "C" fn(*mut c_void, u32, Status, u64),
        pub finished: unsafe extern "C" fn(*mut c_void),
        pub set_signal: unsafe extern "C" fn(*mut c_void, u32, u32),
        pub now: unsafe extern "C" fn(*mut c_void) -> u64,
        pub set_timer: unsafe extern "C" fn(*mut c_void, u32, u64),
        pub start_time: unsafe extern "C" fn(*mut c_void, u32) -> i64,
        pub post: unsafe extern "C" fn(*mut c_void, u64),
        pub watch_fd: unsafe extern "C" fn(*mut c_void, c_int, u32) -> c_int,
        pub map: unsafe extern "C" fn(*mut c_void, u64, u64, u32, *mut View) -> Status,
        pub unmap: unsafe extern "C" fn(*mut c_void, *mut View, u64),
        pub region_space: unsafe extern "C" fn(*mut c_void, u32) -> u32,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Error {
        pub struct_size: u32,
        pub capacity: u32,
        pub message: *mut c_char,
        pub param: Text,
    }

    pub const TYPE_CONCURRENT: u32 = 0x1;
    pub const TYPE_BATTERY: u32 = 0x2;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Archive {
        pub struct_size: u32,
        pub is_loading: u32,
        pub version: u32,
        pub reserved: u32,
        pub self_: *mut c_void,
        pub field: unsafe extern "C" fn(*mut c_void, *const c_char, *mut c_void, u32, u64) -> u64,
        pub refuse: unsafe extern "C" fn(*mut c_void, *const c_char),
    }

    pub type CreateFunction =
        unsafe extern "C" fn(*const Host, *const *const Value, usize, *mut Error) -> *mut c_void;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Type {
        pub struct_size: u32,
        pub flags: u32,
        pub id: Text,
        pub summary: Text,
        pub document: Text,
        pub params: *const *const Param,
        pub regions: *const *const Region,
        pub signals: *const *const Signal,
        pub inputs: *const *const Signal,
        pub counters: *const *const Counter,
        pub param_count: u32,
        pub region_count: u32,
        pub signal_count: u32,
        pub input_count: u32,
        pub counter_count: u32,
        pub timer_count: u32,
        pub state_version: u32,
        pub reserved: u32,
        pub create: Option<CreateFunction>,
        pub destroy: Option<unsafe extern "C" fn(*mut c_void) -> Status>,
        pub reset: Option<unsafe extern "C" fn(*mut c_void) -> Status>,
        pub pause: Option<unsafe extern "C" fn(*mut c_void) -> Status>,
        pub resume: Option<unsafe extern "C" fn(*mut c_void)>,
        pub state: Option<unsafe extern "C" fn(*mut c_void, *const Archive)>,
        pub ready: Option<unsafe extern "C" fn(*mut c_void, u32)>,
        pub input: Option<unsafe extern "C" fn(*mut c_void, u32, u32)>,
        pub timer: Option<unsafe extern "C" fn(*mut c_void, u32)>,
        pub posted: Option<unsafe extern "C" fn(*mut c_void, u64)>,
        pub fd_ready: Option<unsafe extern "C" fn(*mut c_void, c_int, u32)>,
        pub extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
    }

    pub const EXTENSION_INTERRUPT_CONTROLLER: &str = "cardcage.interrupt-controller/1";

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct InterruptController {
        pub struct_size: u32,
        pub reserved: u32,
        pub acknowledge: Option<unsafe extern "C" fn(*mut c_void) -> u32>,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Plugin {
        pub struct_size: u32,
        pub magic: u32,
        pub abi_major: u16,
        pub abi_minor: u16,
        pub needs_minor: u16,
        pub reserved: u16,
        pub name: Text,
        pub version: Text,
        pub license: Text,
        pub types: *const *const Type,
        pub type_count: u32,
        pub reserved2: u32,
    }

    // What a plugin fills in begins as `..NEW`: with its size, and all else 0, NULL or `None`. A list of them is a
    // `static`, which threads share: nothing ever changes what the pointers in it lead to.
    macro_rules! tables {
        ($($name:ident)*) => { $(
            impl $name {
                pub const NEW: Self = {
                    // All of it is numbers, pointers and `Option`s of functions, of which 0 is a value.
                    let mut table: Self =
                        unsafe { std::mem::transmute([0u8; std::mem::size_of::<Self>()]) };
                    table.struct_size = std::mem::size_of::<Self>() as u32;
                    table
                };
            }
            unsafe impl Sync for $name {}
        )* };
    }
    tables! { Field Register Region Signal Value Param Counter View Type InterruptController Plugin }
}

/// What a device does. Its functions are called in the device's turn, one at a time (so not for a type with
/// `TYPE_CONCURRENT`, which is written with the functions of [`abi`]), and must not block.
pub trait Device: Sized {
    /// Makes a device, from the values of the type's parameters; or says why not, in a line for people.
    fn create(host: Host, values: &Values) -> Result<Self, String>;

    /// Back to the state after power-on, outputs and timers included.
    fn reset(&mut self);

    /// What the guest reads there, or `abi::UNCLAIMED`, `abi::PENDING` or `abi::FAILED`. Without an effect where
    /// `access.flags` has `abi::ACCESS_PEEK`.
    fn read(&mut self, _access: &abi::Access) -> Result<u64, abi::Status> {
        Err(abi::UNCLAIMED)
    }
    /// The guest writes `access.value` there.
    fn write(&mut self, _access: &abi::Access) -> Result<(), abi::Status> {
        Err(abi::UNCLAIMED)
    }

    /// Names all that the guest could tell it by, to save it or to load it.
    fn state(&mut self, _archive: &Archive) {}
    /// The machine halts, and goes on.
    fn pause(&mut self) {}
    fn resume(&mut self) {}

    fn ready(&mut self, _param: u32) {}
    fn input(&mut self, _input: u32, _level: bool) {}
    fn timer(&mut self, _timer: u32) {}
    fn posted(&mut self, _value: u64) {}
    fn fd_ready(&mut self, _fd: i32, _events: u32) {}
}

/// A type whose devices are `D`, to go on from: `abi::Type { id: …, ..type_of::<D>() }`.
pub const fn type_of<D: Device>() -> abi::Type {
    let mut table = abi::Type::NEW;
    table.create = Some(call::create::<D>);
    table.destroy = Some(call::destroy::<D>);
    table.reset = Some(call::reset::<D>);
    table
}

/// The functions of a [`Device`] as the host calls them, for a type's tables.
pub mod call {
    use super::*;

    /// What the host has for a device.
    struct Held<D> {
        host: Host,
        device: D,
    }

    /// Calls the device; where it panics it has failed, and the host gets `otherwise`.
    unsafe fn device<D: Device, R>(
        device: *mut c_void,
        otherwise: R,
        call: impl FnOnce(&mut D) -> R,
    ) -> R {
        let held = &mut *(device as *mut Held<D>);
        catch_unwind(AssertUnwindSafe(|| call(&mut held.device))).unwrap_or_else(|panic| {
            with_reason(panic, |reason| held.host.failed(reason));
            otherwise
        })
    }

    pub unsafe extern "C" fn create<D: Device>(
        host: *const abi::Host,
        values: *const *const abi::Value,
        count: usize,
        error: *mut abi::Error,
    ) -> *mut c_void {
        let host = Host(host);
        let values = Values(match count {
            0 => &[],
            _ => slice::from_raw_parts(values as *const &abi::Value, count),
        });
        let refuse = |reason: &str| {
            let capacity = (*error).capacity as usize;
            c_text(reason, slice::from_raw_parts_mut((*error).message as *mut u8, capacity));
            std::ptr::null_mut()
        };
        match catch_unwind(AssertUnwindSafe(|| D::create(host, &values))) {
            Ok(Ok(device)) => Box::into_raw(Box::new(Held { host, device })) as *mut c_void,
            Ok(Err(reason)) => refuse(&reason),
            Err(panic) => with_reason(panic, refuse),
        }
    }

    pub unsafe extern "C" fn destroy<D: Device>(device: *mut c_void) -> abi::Status {
        let held = Box::from_raw(device as *mut Held<D>);
        let host = held.host;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(held))) {
            with_reason(panic, |reason| host.failed(reason));
        }
        abi::OK
    }

    pub unsafe extern "C" fn reset<D: Device>(it: *mut c_void) -> abi::Status {
        device(it, (), |device: &mut D| device.reset());
        abi::OK
    }

    pub unsafe extern "C" fn read<D: Device>(
        it: *mut c_void,
        access: *mut abi::Access,
    ) -> abi::Status {
        match device(it, Err(abi::FAILED), |device: &mut D| device.read(&*access)) {
            Ok(value) => {
                (*access).value = value;
                abi::OK
            }
            Err(status) => status,
        }
    }

    pub unsafe extern "C" fn write<D: Device>(
        it: *mut c_void,
        access: *mut abi::Access,
    ) -> abi::Status {
        match device(it, Err(abi::FAILED), |device: &mut D| device.write(&*access)) {
            Ok(()) => abi::OK,
            Err(status) => status,
        }
    }

    pub unsafe extern "C" fn state<D: Device>(it: *mut c_void, archive: *const abi::Archive) {
        device(it, (), |device: &mut D| device.state(&Archive(&*archive)));
    }

    pub unsafe extern "C" fn pause<D: Device>(it: *mut c_void) -> abi::Status {
        device(it, (), |device: &mut D| device.pause());
        abi::OK
    }

    pub unsafe extern "C" fn resume<D: Device>(it: *mut c_void) {
        device(it, (), |device: &mut D| device.resume());
    }

    pub unsafe extern "C" fn ready<D: Device>(it: *mut c_void, param: u32) {
        device(it, (), |device: &mut D| device.ready(param));
    }

    pub unsafe extern "C" fn input<D: Device>(it: *mut c_void, input: u32, level: u32) {
        device(it, (), |device: &mut D| device.input(input, level != 0));
    }

    pub unsafe extern "C" fn timer<D: Device>(it: *mut c_void, timer: u32) {
        device(it, (), |device: &mut D| device.timer(timer));
    }

    pub unsafe extern "C" fn posted<D: Device>(it: *mut c_void, value: u64) {
        device(it, (), |device: &mut D| device.posted(value));
    }

    pub unsafe extern "C" fn fd_ready<D: Device>(it: *mut c_void, fd: i32, events: u32) {
        device(it, (), |device: &mut D| device.fd_ready(fd, events));
    }
}

/// The cage that a device sits in: as cheap to copy as a pointer, and valid as long as the device.
#[derive(Clone, Copy)]
pub struct Host(*const abi::Host);

impl Host {
    /// The host's table, for what has no function here.
    #[inline]
    pub fn abi(&self) -> &abi::Host {
        unsafe { &*self.0 }
    }

    /// Reports a line under the device's name, cut off behind 255 bytes. `level` is one of `abi::LOG_…`.
    pub fn log(&self, level: u32, line: &str) {
        with_c_text(line, |line| unsafe { (self.abi().log)(self.abi().self_, level, line) })
    }
    /// The device cannot go on, for good.
    pub fn failed(&self, reason: &str) {
        with_c_text(reason, |reason| unsafe { (self.abi().failed)(self.abi().self_, reason) })
    }
    /// Adds to a counter of the type's list.
    #[inline]
    pub fn count(&self, counter: u32, n: u64) {
        unsafe { (self.abi().count)(self.abi().self_, counter, n) }
    }
    /// Asks the machine to end, with `code` as the guest's own.
    #[inline]
    pub fn stop(&self, code: u64) {
        unsafe { (self.abi().stop)(self.abi().self_, code) }
    }
    /// Answers the access of that CPU, which was left pending.
    #[inline]
    pub fn complete(&self, vcpu: u32, status: abi::Status, value: u64) {
        unsafe { (self.abi().complete)(self.abi().self_, vcpu, status, value) }
    }
    /// Drives an output of the type's list.
    #[inline]
    pub fn set_signal(&self, signal: u32, level: bool) {
        unsafe { (self.abi().set_signal)(self.abi().self_, signal, level as u32) }
    }
    /// The machine's time, in ns.
    #[inline]
    pub fn now(&self) -> u64 {
        unsafe { (self.abi().now)(self.abi().self_) }
    }
    /// Has `timer` called once, at that time; `abi::NEVER` turns it off.
    #[inline]
    pub fn set_timer(&self, timer: u32, when: u64) {
        unsafe { (self.abi().set_timer)(self.abi().self_, timer, when) }
    }
    /// Has `posted` called with the value, in a turn of its own.
    #[inline]
    pub fn post(&self, value: u64) {
        unsafe { (self.abi().post)(self.abi().self_, value) }
    }

    /// Copies from guest memory, from the first reset on. False where some of it is none; what lies before has been
    /// copied.
    #[must_use]
    pub fn read_memory(&self, address: u64, data: &mut [u8]) -> bool {
        self.copy(address, data.len(), 0, |guest, at, size| unsafe {
            std::ptr::copy_nonoverlapping(guest, data.as_mut_ptr().add(at), size)
        })
    }
    /// Copies to guest memory, in the same way.
    #[must_use]
    pub fn write_memory(&self, address: u64, data: &[u8]) -> bool {
        self.copy(address, data.len(), abi::MAP_WRITE, |guest, at, size| unsafe {
            std::ptr::copy_nonoverlapping(data.as_ptr().add(at), guest, size)
        })
    }
    // `piece` gets each view of the range, where in the range it begins, and its size. No reference to guest memory
    // is ever made: the guest's CPUs change it meanwhile.
    fn copy(
        &self,
        address: u64,
        size: usize,
        flags: u32,
        mut piece: impl FnMut(*mut u8, usize, usize),
    ) -> bool {
        let mut done = 0;
        while done < size {
            let mut view = abi::View::NEW;
            let (from, left) = (address.wrapping_add(done as u64), (size - done) as u64);
            let status =
                unsafe { (self.abi().map)(self.abi().self_, from, left, flags, &mut view) };
            if status != abi::OK {
                return false;
            }
            let taken = view.size.min(left);
            piece(view.data, done, taken as usize);
            let written = if flags & abi::MAP_WRITE != 0 { taken } else { 0 };
            unsafe { (self.abi().unmap)(self.abi().self_, &mut view, written) };
            done += taken as usize;
        }
        true
    }
}

/// The values of a type's parameters, by their place in its list. One that is not there panics, so that `create` says
/// so.
pub struct Values<'a>(&'a [&'a abi::Value]);

impl Values<'_> {
    #[inline(never)]
    pub fn abi(&self, param: usize) -> &abi::Value {
        self.0[param]
    }
    /// Of the kinds whose value is in `u64`.
    pub fn number(&self, param: usize) -> u64 {
        self.abi(param).u64
    }
    /// Of the kinds string and path.
    pub fn text(&self, param: usize) -> &str {
        let text = unsafe { CStr::from_ptr(self.abi(param).text.as_ptr()) };
        text.to_str().expect("a text in UTF-8")
    }
}

/// Where a device's state goes to, or comes from.
pub struct Archive<'a>(&'a abi::Archive);

impl Archive<'_> {
    pub fn is_loading(&self) -> bool {
        self.0.is_loading != 0
    }
    /// A field of one number. Loading leaves it as it is where the field is not there.
    pub fn number<T: Number>(&self, name: abi::Text, number: &mut T) {
        self.numbers(name, slice::from_mut(number));
    }
    /// A field of several. Returns how many were saved, of which loading takes as many as there is room for.
    pub fn numbers<T: Number>(&self, name: abi::Text, numbers: &mut [T]) -> u64 {
        let (width, count) = (std::mem::size_of::<T>() as u32, numbers.len() as u64);
        let data = numbers.as_mut_ptr() as *mut c_void;
        unsafe { (self.0.field)(self.0.self_, name.as_ptr(), data, width, count) }
    }
    /// Loading: this is no state of such a device.
    pub fn refuse(&self, reason: &str) {
        with_c_text(reason, |reason| unsafe { (self.0.refuse)(self.0.self_, reason) })
    }
}

/// The numbers of an archive.
///
/// # Safety
/// For unsigned integers of 1, 2, 4 or 8 bytes.
pub unsafe trait Number {}
unsafe impl Number for u8 {}
unsafe impl Number for u16 {}
unsafe impl Number for u32 {}
unsafe impl Number for u64 {}

/// A list of the contract, as `regions: list(&REGIONS), region_count: REGIONS.len() as u32`.
pub const fn list<T, const COUNT: usize>(list: &'static [&'static T; COUNT]) -> *const *const T {
    list as *const _ as *const *const T
}

/// A text of the contract: `c!("DATA")`, an [`abi::Text`].
#[macro_export]
macro_rules! c {
    ($text:expr) => {{
        const TEXT: $crate::abi::Text = $crate::abi::Text::new(concat!($text, "\0"));
        TEXT
    }};
}

/// The plugin's entry: `plugin! { name: "dice", version: "1.0.0", license: "MIT", types: [&DICE] }`, in which each type
/// is a `static`.
#[macro_export]
macro_rules! plugin {
    (name: $name:expr, version: $version:expr, license: $license:expr, types: [$($type:expr),+ $(,)?] $(,)?) => {
        #[no_mangle]
        #[allow(non_upper_case_globals)]
        pub static cardcage_plugin_entry: $crate::abi::Plugin = {
            static TYPES: [&$crate::abi::Type; [$(stringify!($type)),+].len()] = [$($type),+];
            $crate::abi::Plugin {
                magic: $crate::abi::ABI_MAGIC,
                abi_major: $crate::abi::ABI_MAJOR,
                abi_minor: $crate::abi::ABI_MINOR,
                needs_minor: 1, // the least minor that has all that is used here
                name: $crate::c!($name),
                version: $crate::c!($version),
                license: $crate::c!($license),
                types: $crate::list(&TYPES),
                type_count: TYPES.len() as u32,
                ..$crate::abi::Plugin::NEW
            }
        };
    };
}

/// Copies a text up to its first 0 byte, or what fits of it, with a 0 byte behind.
fn c_text(text: &str, buffer: &mut [u8]) {
    let text = text.split('\0').next().unwrap_or("");
    let mut size = text.len().min(buffer.len().saturating_sub(1));
    while !text.is_char_boundary(size) {
        size -= 1;
    }
    for (to, from) in buffer.iter_mut().zip(text.bytes().take(size).chain([0])) {
        *to = from;
    }
}

fn with_c_text<R>(text: &str, call: impl FnOnce(*const c_char) -> R) -> R {
    let mut buffer = [0; 256];
    c_text(text, &mut buffer);
    call(buffer.as_ptr() as *const c_char)
}

/// What a panic said.
fn with_reason<R>(panic: Box<dyn Any + Send>, call: impl FnOnce(&str) -> R) -> R {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let result = call(&format!("panicked: {}", text.unwrap_or("without a word")));
    std::mem::forget(panic); // whose own end could panic
    result
}
