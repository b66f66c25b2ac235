package e2e

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// at returns the same devnet and user on a device whose clock is off by that much: every program started through it lives in
// another time of day. How fast time goes, and so what timers wait for, is as ever.
func (n *storageNet) at(offset time.Duration) *storageNet {
	m := *n.machine
	m.clock = offset
	return &storageNet{machine: &m, dir: n.dir, network: n.network}
}

// launch starts a program in the machine's time.
func (m *machine) launch(cmd *exec.Cmd) error {
	if m.clock == 0 {
		return cmd.Start()
	}
	if err := launchSkewed(cmd, m.clock); err != nil {
		return fmt.Errorf("this machine cannot give a process another time: %w", err)
	}
	return nil
}

// launchSkewed starts a program whose time of day is off. A Go program asks the kernel's vDSO for it, a piece of code that the
// kernel maps into each process, and calls no library that could be replaced. So the process is stopped before its first
// instruction, as a debugger does it, the code is replaced in its memory alone, and it goes on.
func launchSkewed(cmd *exec.Cmd, offset time.Duration) error {
	code, err := skewedClock(offset)
	if err != nil {
		return err
	}
	runtime.LockOSThread() // only the thread that traces may let go
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start it traced: %w", err)
	}
	pid := cmd.Process.Pid
	var status syscall.WaitStatus
	_, err = syscall.Wait4(pid, &status, 0, nil)
	if err == nil && !status.Stopped() {
		err = fmt.Errorf("it does not stop at its start: status %#x", status)
	}
	if err == nil {
		err = replaceClock(pid, code)
	}
	if err == nil {
		err = syscall.PtraceDetach(pid)
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	return err
}

// skewedClock is a clock_gettime that asks the kernel by a system call, which the vDSO is there to save, and moves CLOCK_REALTIME.
// The monotonic clock, which timers and deadlines go by, counts from the start of the machine and is left as it is.
func skewedClock(offset time.Duration) ([]byte, error) {
	if runtime.GOARCH != "amd64" {
		return nil, errors.New("the code for it is written for amd64, not for " + runtime.GOARCH)
	}
	code := []byte{
		0xb8, 228, 0, 0, 0, // mov eax, 228: the number of clock_gettime
		0x0f, 0x05, // syscall: clock in edi, result at rsi; both are kept
		0x85, 0xff, // test edi, edi: CLOCK_REALTIME is 0
		0x75, 0x07, // jnz to the end
		0x48, 0x81, 0x06, // add qword ptr [rsi], the seconds that follow
	}
	seconds := uint32(int32(offset / time.Second))
	code = append(code, byte(seconds), byte(seconds>>8), byte(seconds>>16), byte(seconds>>24))
	return append(code, 0xc3), nil // ret, with the result of the system call
}

// replaceClock writes the code over the clock_gettime of the vDSO of a stopped process.
func replaceClock(pid int, code []byte) error {
	start, end, err := vdsoOf(pid)
	if err != nil {
		return err
	}
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = memory.Close() }()
	image := make([]byte, end-start)
	if _, err := memory.ReadAt(image, start); err != nil {
		return fmt.Errorf("read the vDSO: %w", err)
	}
	library, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return fmt.Errorf("read the vDSO: %w", err)
	}
	symbols, err := library.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("read the vDSO: %w", err)
	}
	i := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == "__vdso_clock_gettime" })
	if i < 0 || symbols[i].Size < uint64(len(code)) {
		return errors.New("its vDSO has no clock_gettime that can be replaced")
	}
	if _, err := memory.WriteAt(code, start+int64(symbols[i].Value)); err != nil {
		return fmt.Errorf("write the vDSO: %w", err)
	}
	return nil
}

// vdsoOf returns where the vDSO is in the memory of a process.
func vdsoOf(pid int) (start, end int64, err error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(maps)) {
		if strings.HasSuffix(line, "[vdso]\n") {
			_, err := fmt.Sscanf(line, "%x-%x", &start, &end)
			return start, end, err
		}
	}
	return 0, 0, errors.New("it has no vDSO")
}
