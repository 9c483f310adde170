package status

// Patch is what a PATCH asks for: each property is kept or set, and a Text may be set to null.
type Patch struct {
	DeviceName                  Field[Text]
	DeviceID                    Field[Text]
	LastSyncDateTime            Field[DateTime]
	MobileAppInstallStatusValue Field[InstallState]
	InstallState                Field[InstallState]
	InstallStateDetail          Field[InstallStateDetail]
	ErrorCode                   Field[int32]
	OSVersion                   Field[Text]
	OSDescription               Field[Text]
	UserName                    Field[Text]
	UserPrincipalName           Field[Text]
	DisplayVersion              Field[Text]
}

// Field is what a Patch says of one property. The zero Field keeps it.
type Field[T any] struct {
	Value T
	Given bool
}

// Set is the Field that sets a property to v.
func Set[T any](v T) Field[T] { return Field[T]{Value: v, Given: true} }

func (f Field[T]) apply(property *T) {
	if f.Given {
		*property = f.Value
	}
}

// Text is what p says of a nullable string, for a caller to read or to set; nil for a property that is none.
func (p *Patch) Text(property Property) *Field[Text] {
	switch property {
	case PropertyDeviceName:
		return &p.DeviceName
	case PropertyDeviceID:
		return &p.DeviceID
	case PropertyOSVersion:
		return &p.OSVersion
	case PropertyOSDescription:
		return &p.OSDescription
	case PropertyUserName:
		return &p.UserName
	case PropertyUserPrincipalName:
		return &p.UserPrincipalName
	case PropertyDisplayVersion:
		return &p.DisplayVersion
	default:
		return nil
	}
}

// Whole is the patch that gives any status all of s but its id.
func (s Status) Whole() Patch {
	return Patch{
		DeviceName:                  Set(s.DeviceName),
		DeviceID:                    Set(s.DeviceID),
		LastSyncDateTime:            Set(s.LastSyncDateTime),
		MobileAppInstallStatusValue: Set(s.MobileAppInstallStatusValue),
		InstallState:                Set(s.InstallState),
		InstallStateDetail:          Set(s.InstallStateDetail),
		ErrorCode:                   Set(s.ErrorCode),
		OSVersion:                   Set(s.OSVersion),
		OSDescription:               Set(s.OSDescription),
		UserName:                    Set(s.UserName),
		UserPrincipalName:           Set(s.UserPrincipalName),
		DisplayVersion:              Set(s.DisplayVersion),
	}
}

// Apply is s after the patch.
func (p Patch) Apply(s Status) Status {
	p.DeviceName.apply(&s.DeviceName)
	p.DeviceID.apply(&s.DeviceID)
	p.LastSyncDateTime.apply(&s.LastSyncDateTime)
	p.MobileAppInstallStatusValue.apply(&s.MobileAppInstallStatusValue)
	p.InstallState.apply(&s.InstallState)
	p.InstallStateDetail.apply(&s.InstallStateDetail)
	p.ErrorCode.apply(&s.ErrorCode)
	p.OSVersion.apply(&s.OSVersion)
	p.OSDescription.apply(&s.OSDescription)
	p.UserName.apply(&s.UserName)
	p.UserPrincipalName.apply(&s.UserPrincipalName)
	p.DisplayVersion.apply(&s.DisplayVersion)
	return s
}
